/** A unit's own figures, or whatever of them the person may see: big numbers, twelve weeks as bars, one line a repairer. */
import { computed, defineComponent, ref, watch } from "vue";
import { Problem, read, Unreachable } from "../api/client";
import { t, type TextName } from "../i18n";
import { Page } from "../parts/page";
import { Loading } from "../parts/vant";
import { setSetting, setting } from "../store/database";
import { PERIODS } from "../store/periods";
import "../style/figures.css";

interface Counts {
  open: number;
  overdue: number;
  completed: number;
  late: number;
  fixed_at_once: number;
  satisfaction: number | null;
}

interface Figures extends Counts {
  period: { kind: string; name: string; first: string; last: string };
  repairers: ({ id: number; name: string } & Counts)[];
  weeks: { first: string; completed: number }[];
}

const HIGH = 100;

export const FiguresScreen = defineComponent(() => {
  const kind = ref<(typeof PERIODS)[number]>("month");
  const day = ref("");
  const shown = ref<Figures>();
  const problem = ref("");
  const kept = (): string => `figures/${kind.value}`;

  watch([kind, day], () => void load(), { immediate: true });

  async function load(): Promise<void> {
    const asked = `${kind.value} ${day.value}`;
    problem.value = "";
    try {
      const found = await read<Figures>(`/figures?period=${kind.value}${day.value ? `&day=${day.value}` : ""}`);
      if (asked !== `${kind.value} ${day.value}`) {
        return;
      }
      shown.value = found;
      if (!day.value) {
        await setSetting(kept(), found);
      }
    } catch (error) {
      problem.value = error instanceof Problem ? error.message : t(error instanceof Unreachable ? "figures_kept" : "unreachable");
      shown.value = day.value ? undefined : await setting<Figures>(kept());
    }
  }

  const now = computed(() => shown.value !== undefined && Date.parse(`${shown.value.period.last}T23:59:59`) >= Date.now());
  function step(days: number, from: string): void {
    const moment = new Date(`${from}T12:00:00Z`);
    moment.setUTCDate(moment.getUTCDate() + days);
    day.value = moment.toISOString().slice(0, 10);
  }

  const chooser = () => (
    <div class="segments figures-kinds">
      {PERIODS.map((each) => (
        <button type="button" key={each} class={["segment", { chosen: kind.value === each }]} aria-pressed={kind.value === each}
          onClick={() => { day.value = ""; kind.value = each; }}>
          {t(each)}
        </button>
      ))}
    </div>
  );

  const turner = (found: Figures) => (
    <div class="figures-period">
      <button type="button" class="small-button" aria-label={t("before")} onClick={() => step(-1, found.period.first)}>‹</button>
      <span><b>{found.period.name}</b><br /><small><i>{found.period.first} –</i> <i>{found.period.last}</i></small></span>
      <button type="button" class="small-button" aria-label={t("after")} disabled={now.value} onClick={() => step(1, found.period.last)}>›</button>
    </div>
  );

  const figure = (name: TextName, value: string, more = "", alarm = false) => (
    <div class={["figure", { alarm }]}>
      <b>{value}</b>
      <span>{t(name)}</span>
      <small>{more}</small>
    </div>
  );

  const big = (found: Figures) => (
    <div class="figures">
      {figure("open_tasks", String(found.open), t("right_now"))}
      {figure("overdue_tasks", String(found.overdue), t("right_now"), found.overdue > 0)}
      {figure("completed", String(found.completed))}
      {figure("on_time", share(found.completed - found.late, found.completed), part(found.completed - found.late, found.completed))}
      {figure("first_time_fix", share(found.fixed_at_once, found.completed), part(found.fixed_at_once, found.completed))}
      {figure("satisfaction", score(found.satisfaction), t("of_five"))}
    </div>
  );

  const people = (found: Figures) => (
    <section class="panel" aria-label={t("by_repairer")}>
      <h2>{t("by_repairer")}</h2>
      {found.repairers.length === 0 ? <p class="card-text">{t("nothing_here")}</p> : null}
      {found.repairers.map((each) => (
        <div class="repairer" key={each.id} data-repairer={each.id}>
          <div class="repairer-head">
            <b>{each.name}</b>
            <span>{t("open_of", { n: each.open })}{each.overdue > 0 ? <em> · {t("overdue_of", { n: each.overdue })}</em> : null}</span>
          </div>
          {load_bar(each, Math.max(...found.repairers.map((other) => other.open), 1))}
          <div class="card-text">
            {t("done_of", { n: each.completed, on_time: share(each.completed - each.late, each.completed), fixed: share(each.fixed_at_once, each.completed), score: score(each.satisfaction) })}
          </div>
        </div>
      ))}
    </section>
  );

  return () => (
    <Page title={t("figures")}>
      <div class="list">
        {chooser()}
        {problem.value ? <p class="hint" role="status">{problem.value}</p> : null}
        {shown.value ? [turner(shown.value), big(shown.value), <Weeks weeks={shown.value.weeks} />, people(shown.value)] : problem.value ? null : <Loading class="centred" />}
      </div>
    </Page>
  );
});

/** What is open, and how much of it is overdue, against the one who has most. */
function load_bar({ open, overdue }: Counts, most: number) {
  return (
    <div class="load" aria-hidden="true">
      <i class="load-late" style={{ width: `${(overdue / most) * 100}%` }} />
      <i class="load-open" style={{ width: `${((open - overdue) / most) * 100}%` }} />
    </div>
  );
}

/** Twelve bars, drawn by hand: a library of charts would weigh more than the whole app. */
const Weeks = defineComponent(
  (props: { weeks: Figures["weeks"] }) => () => {
    const { weeks } = props;
    const most = Math.max(...weeks.map((each) => each.completed), 1);
    const wide = 300 / weeks.length;
    return (
      <section class="panel" aria-label={t("weeks")}>
        <h2>{t("weeks")}</h2>
        <svg class="bars" viewBox={`0 0 300 ${HIGH + 34}`} role="img" aria-label={weeks.map((each) => `${each.first.slice(5)}: ${each.completed}`).join(", ")}>
          {weeks.map((each, index) => {
            const height = (each.completed / most) * HIGH;
            const middle = index * wide + wide / 2;
            return (
              <g key={each.first} class={{ last: index === weeks.length - 1 }}>
                <rect x={index * wide + 3} y={16 + HIGH - height} width={wide - 6} height={Math.max(height, 1)} rx="2" />
                {each.completed > 0 ? <text x={middle} y={11 + HIGH - height}>{each.completed}</text> : null}
                {index % 3 === 2 ? <text class="week" x={index === weeks.length - 1 ? 299 : middle} y={HIGH + 31}>{each.first.slice(5)}</text> : null}
              </g>
            );
          })}
        </svg>
      </section>
    );
  },
  { props: ["weeks"] },
);

function share(found: number, all: number): string {
  return all > 0 ? `${((found / all) * 100).toFixed(0)}\u00a0%` : "–";
}

function part(found: number, all: number): string {
  return all > 0 ? `${found} / ${all}` : "";
}

function score(value: number | null): string {
  return value === null ? "–" : value.toFixed(1);
}
