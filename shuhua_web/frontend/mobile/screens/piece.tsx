/** One piece of equipment, by its id or by the code on its label: its state in large characters, and what to do about it. */
import { defineAsyncComponent, defineComponent, onMounted, ref } from "vue";
import { Problem, read } from "../api/client";
import type { LifeEntry, Piece, Row, Task } from "../api/records";
import { label, t } from "../i18n";
import { actionWord } from "../parts/badges";
import { TaskCard } from "../parts/card";
import { moment } from "../parts/format";
import { ItemLine } from "../parts/item-line";
import { ServerMedia } from "../parts/media";
import { Page } from "../parts/page";
import { showToast } from "../parts/toast";
import { Sheet } from "../parts/sheet";
import { Button } from "../parts/vant";
import { go, place } from "../router";
import { historyOf, readHistory } from "../store/complete";
import { live } from "../store/live";
import { enqueue } from "../store/outbox";
import { all, allShown, one, shown } from "../store/records";
import { may } from "../store/session";
import { keepWhole } from "../store/sync";

/** Loaded when a label is bound: it brings the reader of codes. */
const Scanner = defineAsyncComponent(async () => (await import("../parts/scanner")).Scanner);

/** What a phone asks for elsewhere, or leaves to the office. */
const NOT_HERE = new Set(["stop_use", "issue", "take_back", "refuse_scrap"]);

export const PieceScreen = defineComponent(() => {
  const [, first = "", code = ""] = place.parts;
  const byCode = first === "code";
  const said = ref("");
  const scanning = ref(false);
  const id = ref<number | null>(byCode ? null : Number(first));
  const piece = live(async () => {
    const wanted = id.value;
    const found = wanted === null ? (await all<Piece>("equipment")).find((each) => each.code === code) : await one<Piece>("equipment", wanted);
    return found ? shown<Piece>("equipment", found.id) : null;
  });
  const life = live(async () => (id.value === null ? [] : historyOf<LifeEntry>("equipment", id.value)));
  const tasks = live(async () => {
    const wanted = piece.value?.data.id;
    return (await allShown<Task>("task")).filter((each) => each.data.equipment_id === wanted);
  });

  onMounted(async () => {
    try {
      const found = await read<Row>(byCode ? `/equipment/by-code/${encodeURIComponent(code)}` : `/equipment/${id.value}`);
      await keepWhole("equipment", found);
      id.value = found.id;
      await readHistory("equipment", found.id);
    } catch (error) {
      said.value = error instanceof Problem ? (error.status === 404 ? t("unknown_code", { code }) : error.message) : "";
    }
  });

  async function bind(about: Piece, label: string): Promise<void> {
    scanning.value = false;
    await enqueue([{ lane: `label/${label}`, action: "bind", title: `${about.name} ${label}`, path: `/labels/${label}/actions/bind`, body: { equipment_id: about.id } }]);
    showToast(t("queued"));
  }

  const fact = (name: string, value: unknown) => (value ? <div class="fact"><dt>{name}</dt><dd>{String(value)}</dd></div> : null);

  const story = () => !life.value?.length ? null : (
    <section class="panel">
      <h2>{t("whole_life")}</h2>
      <ol class="steps">
        {[...life.value].reverse().map((entry, index) => (
          <li key={index}>
            <div><strong>{entry.label}</strong> <span class="card-text">{[entry.record?.number, entry.state, entry.who].filter(Boolean).join(" · ")}</span></div>
            <div class="card-text">{entry.at ? moment(entry.at) : entry.on}{entry.ahead ? ` ${t("to_come")}` : ""}</div>
            {entry.note ? <div>{entry.note}</div> : null}
            {entry.details.map((line) => <div class="card-text" key={line}>{line}</div>)}
          </li>
        ))}
      </ol>
    </section>
  );

  return () => {
    const found = piece.value?.data;
    const { foreseen, table } = piece.value ?? {};
    if (!found || !foreseen) {
      return (
        <Page title={t("piece")}>
          <p class="empty" role="status">{said.value || (piece.value === null ? t("not_here") : t("loading"))}</p>
          {byCode && may("equipment.edit") ? <div class="stack"><Button block onClick={() => go(`/collect?code=${code}`)}>{t("bind_label")}</Button></div> : null}
        </Page>
      );
    }
    return (
      <Page title={`${found.name} ${found.number}`}>
        <section class="panel">
          <p class={["piece-state", `piece-${foreseen.state}`]}>{label("equipment", foreseen.state)}</p>
          {foreseen.pending.map((item) => <ItemLine key={item.id} item={item} />)}
          <dl class="facts">
            {fact(t("site"), found.site)}
            {fact(t("model"), found.model)}
            {fact(t("serial"), found.serial)}
            {fact(t("label"), found.code)}
            {fact(t("installed"), found.installed_on)}
            {fact(t("warranty_to"), found.warranty_to)}
            {fact(t("safe_life_to"), found.safe_life_to)}
            {fact(t("reckoned_by"), found.safe_life_why)}
          </dl>
          {found.media?.length ? <div class="thumbnails">{found.media.map((each) => <ServerMedia key={each.id} media={each} />)}</div> : null}
        </section>
        {tasks.value?.length ? (
          <section aria-label={t("tasks")}>
            <h2 class="group-title">{t("tasks")}</h2>
            {tasks.value.map((task) => <TaskCard key={task.data.id} task={task} />)}
          </section>
        ) : null}
        <div class="stack">
          {may("repairs.create") || may("repairs.intake") ? <Button block type="primary" onClick={() => go(`/report?equipment=${found.id}`)}>{t("report")}</Button> : null}
          {may("labels.edit") && !found.code ? <Button block onClick={() => (scanning.value = true)}>{t("bind_here")}</Button> : null}
          {may("equipment.stop_use") && (found.actions ? foreseen.actions.some((each) => each.name === "stop_use") : foreseen.state !== "out_of_use") ? (
            <Button block type="danger" onClick={() => go(`/report?equipment=${found.id}&stop=1`)}>{t("stop_use")}</Button>
          ) : null}
          {foreseen.actions.filter((each) => !NOT_HERE.has(each.name)).map((each) => (
            <Button block key={each.name} data-action={each.name} onClick={() => go(`/act/equipment/${found.id}/${each.name}`)}>{actionWord(table, each)}</Button>
          ))}
        </div>
        {story()}
        <Sheet show={scanning.value} title={t("bind_here")} look="signature-sheet" onClose={() => (scanning.value = false)}>
          <Scanner onCode={(label: string) => void bind(found, label)} />
        </Sheet>
      </Page>
    );
  };
});
