/** The few texts that the browser makes itself; all others come from the server, in the reader's language. */

const ZH = {
  calendar: "打开日历",
  cancel: "取消",
  charts_failed: "图表无法显示",
  close: "关闭",
  confirm: "确定",
  date_pattern: "年-月-日",
  export_started: "正在生成 Excel 文件，数据较多时需要稍等。",
  failed: "操作未成功，请重试。",
  map_failed: "地图数据加载失败，请重试。",
  map_sketch: "示意图",
  moment_pattern: "年-月-日 时:分",
  next_picture: "下一张",
  offline: "无法连接服务器，请检查网络。",
  open: "查看详情",
  outline: "示意底图",
  points: "处",
  previous_picture: "上一张",
  south_china_sea: "南海诸岛",
  too_many_ticked: "一次最多勾选 {n} 行。",
};

const EN: typeof ZH = {
  calendar: "Open the calendar",
  cancel: "Cancel",
  charts_failed: "The chart cannot be shown",
  close: "Close",
  confirm: "OK",
  date_pattern: "YYYY-MM-DD",
  export_started: "The Excel file is being made; with many rows this takes a moment.",
  failed: "That did not work. Please try again.",
  map_failed: "The map's data could not be loaded. Please try again.",
  map_sketch: "Sketch map",
  moment_pattern: "YYYY-MM-DD HH:MM",
  next_picture: "Next picture",
  offline: "The server cannot be reached. Please check your connection.",
  open: "Open",
  outline: "Outline map",
  points: "places",
  previous_picture: "Previous picture",
  south_china_sea: "South China Sea Islands",
  too_many_ticked: "At most {n} rows can be ticked at a time.",
};

export const isChinese = document.documentElement.lang.startsWith("zh");

export const texts = isChinese ? ZH : EN;
