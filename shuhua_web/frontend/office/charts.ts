/**
 * Charts. `<div data-chart='{…}'>` holds an ECharts option as JSON: line, bar and pie. Fonts, colours, spacing and the
 * tooltip come from here, so that the server says only what is shown. A data item with
 * `href` leads there when it is pressed, within this server.
 */
import { BarChart, LineChart, PieChart } from "echarts/charts";
import {
  AriaComponent,
  DatasetComponent,
  GridComponent,
  LegendComponent,
  TitleComponent,
  TooltipComponent,
} from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { jsonAttribute, ownAddress } from "./dom";

echarts.use([
  AriaComponent,
  BarChart,
  CanvasRenderer,
  DatasetComponent,
  GridComponent,
  LegendComponent,
  LineChart,
  PieChart,
  TitleComponent,
  TooltipComponent,
]);

const COLOURS = ["#2a6fb5", "#3f9d6c", "#d9902f", "#c2473d", "#7566b0", "#4fa3b8", "#8a8f98", "#b8863b"];

type Option = Record<string, unknown> & { series?: unknown };

export function showChart(element: HTMLElement): void {
  const option = jsonAttribute<Option>(element, "data-chart");
  if (!option) {
    return;
  }
  const chart = echarts.init(element, null, { renderer: "canvas" });
  chart.setOption({
    ...defaults(element, option),
    ...option,
    tooltip: { ...tooltip(option), ...asObject(option["tooltip"]) },
    series: [option.series ?? []].flat().map((series) => {
      const given = asObject(series);
      return given["type"] === "pie" ? { ...given, label: { overflow: "none", ...asObject(given["label"]) } } : given;
    }),
    legend: option["legend"] && { top: 0, type: "scroll", ...asObject(option["legend"]) },
  });
  chart.on("click", ({ data }) => {
    const href = asObject(data)["href"];
    const address = typeof href === "string" ? ownAddress(href) : null;
    if (address) {
      location.assign(address);
    }
  });
  new ResizeObserver(() => chart.resize()).observe(element);
}

function defaults(element: HTMLElement, option: Option): Record<string, unknown> {
  return {
    color: COLOURS,
    textStyle: { fontFamily: getComputedStyle(element).fontFamily },
    grid: { left: 8, right: 16, top: option["legend"] ? 40 : 16, bottom: 8, outerBoundsMode: "same" },
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    aria: { enabled: true, decal: { show: element.hasAttribute("data-patterns") } },
  };
}

/** The tooltip is drawn, not written as markup, whose inline styles the content security policy refuses. */
function tooltip(option: Option): Record<string, unknown> {
  return { trigger: isPie(option) ? "item" : "axis", renderMode: "richText", confine: true };
}

function isPie(option: Option): boolean {
  return [option.series].flat().some((series) => asObject(series)["type"] === "pie");
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
