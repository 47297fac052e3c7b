"""Kinds that the archives tell apart, each with its labels (zh, en)."""

from __future__ import annotations

from collections.abc import Mapping

Labels = Mapping[str, tuple[str, str]]

CUSTOMER_KINDS: Labels = {
    "government": ("政府部门", "Government"),
    "community": ("社区村居", "Community"),
    "school": ("学校", "School"),
    "club": ("健身房", "Club"),
    "enterprise": ("企业", "Company"),
    "person": ("个人", "Person"),
    "other": ("其他", "Other"),
}

PROJECT_KINDS: Labels = {
    "path": ("健身路径", "Fitness path"),
    "park": ("体育公园", "Sports park"),
    "indoor": ("室内健身房", "Indoor gym"),
    "school": ("校园体育", "School sports"),
    "court": ("球类场地", "Ball courts"),
    "other": ("其他", "Other"),
}

EQUIPMENT_TYPES: Labels = {
    "walker": ("太空漫步机", "Air walker"),
    "twister": ("扭腰器", "Waist twister"),
    "puller": ("上肢牵引器", "Arm puller"),
    "rider": ("健骑机", "Horse rider"),
    "wheel": ("太极揉推器", "Tai chi wheel"),
    "massager": ("按摩器", "Massager"),
    "stretcher": ("伸展器", "Stretcher"),
    "leg_press": ("蹬力器", "Leg press"),
    "board": ("腹肌板", "Sit-up board"),
    "bars": ("单双杠", "Bars"),
    "ladder": ("肋木天梯", "Ladder"),
    "elliptical": ("椭圆机", "Elliptical"),
    "treadmill": ("跑步机", "Treadmill"),
    "bike": ("健身车", "Exercise bike"),
    "pendulum": ("钟摆器", "Pendulum"),
    "rower": ("划船器", "Rower"),
    "strength": ("力量训练器", "Strength machine"),
    "table_tennis": ("乒乓球台", "Table tennis table"),
    "basketball": ("篮球架", "Basketball stand"),
    "play": ("儿童游乐设施", "Playground piece"),
    "board_game": ("棋牌桌", "Board game table"),
    "sign": ("告示牌", "Notice board"),
    "other": ("其他", "Other"),
}
