"""English names of China's divisions, made from pinyin; used by ``build.py`` alone."""

import re
from collections.abc import Callable, Iterable

# Where English has a name that is not the pinyin.
PROVINCES = {
    "11": "Beijing", "12": "Tianjin", "15": "Inner Mongolia", "31": "Shanghai", "50": "Chongqing", "54": "Xizang",
    "61": "Shaanxi", "71": "Taiwan", "81": "Hong Kong SAR", "82": "Macao SAR",
}  # fmt: skip
PLACES = {
    "1101": "Municipal districts", "1201": "Municipal districts", "3101": "Municipal districts", "5001": "Municipal districts",
    "5002": "Counties", "1501": "Hohhot", "1502": "Baotou", "1506": "Ordos", "1507": "Hulunbuir", "2301": "Harbin",
    "2302": "Qiqihar", "5401": "Lhasa", "5402": "Xigaze", "6501": "Ürümqi", "6502": "Karamay", "6531": "Kashgar Prefecture",
    "6532": "Hotan Prefecture", "7101": "Taipei", "7102": "Kaohsiung", "7103": "Tainan", "7104": "Taichung",
    "7106": "Nantou County", "7107": "Keelung", "7108": "Hsinchu", "7109": "Chiayi", "7111": "New Taipei",
    "7112": "Yilan County", "7113": "Hsinchu County", "7114": "Taoyuan", "7115": "Miaoli County", "7117": "Changhua County",
    "7119": "Chiayi County", "7121": "Yunlin County", "7124": "Pingtung County", "7125": "Taitung County",
    "7126": "Hualien County", "7127": "Penghu County",
}  # fmt: skip

# GB/T 2260 gives the two regions no codes below the province; these count on in the order that is usual for them.
SPECIAL_REGIONS = (
    ("810001", "中西区", "Central and Western"), ("810002", "湾仔区", "Wan Chai"), ("810003", "东区", "Eastern"),
    ("810004", "南区", "Southern"), ("810005", "油尖旺区", "Yau Tsim Mong"), ("810006", "深水埗区", "Sham Shui Po"),
    ("810007", "九龙城区", "Kowloon City"), ("810008", "黄大仙区", "Wong Tai Sin"), ("810009", "观塘区", "Kwun Tong"),
    ("810010", "荃湾区", "Tsuen Wan"), ("810011", "屯门区", "Tuen Mun"), ("810012", "元朗区", "Yuen Long"),
    ("810013", "北区", "North"), ("810014", "大埔区", "Tai Po"), ("810015", "西贡区", "Sai Kung"),
    ("810016", "沙田区", "Sha Tin"), ("810017", "葵青区", "Kwai Tsing"), ("810018", "离岛区", "Islands"),
    ("820001", "花地玛堂区", "Nossa Senhora de Fátima"), ("820002", "圣安多尼堂区", "Santo António"),
    ("820003", "望德堂区", "São Lázaro"), ("820004", "大堂区", "Sé"), ("820005", "风顺堂区", "São Lourenço"),
    ("820006", "嘉模堂区（氹仔）", "Nossa Senhora do Carmo (Taipa)"),
    ("820007", "圣方济各堂区（路环）", "São Francisco Xavier (Coloane)"),
)  # fmt: skip

# The longest ending that fits wins, so they are tried in this order.
_ENDINGS = (
    ("特别行政区", "SAR"),
    ("自治区", ""), ("自治州", "Prefecture"), ("自治县", "County"), ("自治旗", "Banner"), ("地区", "Prefecture"),
    ("开发区", "Development Zone"), ("管理区", "Administrative District"), ("示范区", "Demonstration Zone"),
    ("园区", "Park"), ("林区", "Forestry District"), ("新区", "New District"), ("街道办事处", "Subdistrict"),
    ("街道", "Subdistrict"), ("民族乡", "Township"), ("族乡", "Township"), ("苏木", "Sumu"), ("农场", "Farm"),
    ("牧场", "Ranch"), ("林场", "Forestry Farm"), ("渔场", "Fishery"), ("矿区", "Mining District"), ("盟", "League"),
    ("旗", "Banner"), ("省", ""), ("市", "City"), ("县", "County"), ("区", "District"), ("镇", "Town"), ("乡", "Township"),
)  # fmt: skip

# Words in the long names of zones, which would make one endless word of pinyin.
_WORDS = {
    "高新技术产业": "High-Tech Industrial", "高新技术": "High-Tech", "高新": "High-Tech",
    "经济技术": "Economic and Technological",
    "经济": "Economic", "工业区": "Industrial Zone", "工业": "Industrial",
    "产业": "Industrial", "生态": "Ecological", "旅游": "Tourism", "循环": "Circular",
    "化工": "Chemical", "农业": "Agricultural", "科技": "Science and Technology", "新城": "New Town", "新区": "New District",
    "开发区": "Development Zone", "管理委员会": "", "管委会": "", "片区": "Area", "基地": "Base", "园区": "Park", "集团": "Group",
    "有限公司": "Company", "办事处": "Office", "管理区": "Administrative District", "示范区": "Demonstration Zone",
    "自治区": "Region",
}  # fmt: skip
_BREAK = re.compile("(" + "|".join(sorted(_WORDS, key=len, reverse=True)) + r"|[（）()“”、·\s]+)")


def in_words(name: str, pinyin: Callable[[str], Iterable[str]]) -> str:
    """A proper name as English words: known ones translated, the others as pinyin, which ``pinyin`` gives by syllable."""
    words = [
        _WORDS[part] if part in _WORDS else joined(pinyin(part))
        for part in _BREAK.split(name)
        if not _BREAK.fullmatch(part) or part in _WORDS
    ]
    return " ".join(word for word in words if word)


def joined(syllables: Iterable[str]) -> str:
    """One word of pinyin: ``["xi", "an"]`` → ``Xi'an``, ``["lv", "liang"]`` → ``Lüliang``."""
    word = ""
    for syllable in syllables:
        plain = syllable.strip().lower().replace("v", "ü")
        word += "'" + plain if word and plain[:1] in ("a", "e", "o") else plain
    return word[:1].upper() + word[1:]


def split_name(name: str) -> tuple[str, str]:
    """The proper part of a division's name and the English word for its ending: ``("鼓楼", "District")``."""
    for ending, english in _ENDINGS:
        if name.endswith(ending) and len(name) > len(ending):
            return name.removesuffix(ending), english
    return name, ""
