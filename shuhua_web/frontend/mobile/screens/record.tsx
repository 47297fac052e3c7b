/** One task or request: what it is about, where it is, what can be done now, and what has been. */
import { defineComponent, onMounted, ref } from "vue";
import { ask, Unreachable } from "../api/client";
import type { Media, Repair, RequestOfTask, Task } from "../api/records";
import { label, t } from "../i18n";
import { actionWord, SeverityBadge, StateBadge } from "../parts/badges";
import { TaskCard } from "../parts/card";
import { moment, relative } from "../parts/format";
import { Icon } from "../parts/icon";
import { ItemLine } from "../parts/item-line";
import { ServerMedia } from "../parts/media";
import { Page } from "../parts/page";
import { Quotations } from "../parts/quotations";
import { Quoting } from "../parts/quoting";
import { members } from "../parts/schema";
import { showToast } from "../parts/toast";
import { Sheet } from "../parts/sheet";
import { Timeline } from "../parts/timeline";
import { Button } from "../parts/vant";
import { mapApps } from "../parts/where";
import type { Action } from "../queue/foresee";
import type { JsonObject } from "../queue/types";
import { go, place } from "../router";
import { wordOf } from "../store/choices";
import { readHistory } from "../store/complete";
import { live } from "../store/live";
import { enqueue } from "../store/outbox";
import { allShown, one, shown, spotOf } from "../store/records";
import { may } from "../store/session";
import { refresh } from "../store/sync";

const PATHS: Record<string, string> = { task: "/tasks", repair: "/repairs" };
/** The way a repair goes: the first of these that is possible is the large button. */
const NEXT = [
  "accept", "take", "depart", "arrive", "start", "resume", "complete", "assign", "confirm", "supply", "submit", "follow_up", "pass_check",
];

/** Never the large button, also where there is no other: nobody is to press them by mistake. */
const GIVES_UP = new Set(["withdraw", "ask_withdraw", "cancel"]);

/** Repairs about which somebody on the site can be asked. */
const ENDED = new Set(["completed", "followed_up", "closed"]);

/** A code's word and what was said beside it. */
function said(word: string, text: string | null | undefined): string {
  return [word, text].filter(Boolean).join(" · ");
}

export const RecordScreen = defineComponent(() => {
  const kind = place.parts[0] ?? "task";
  const id = Number(place.parts[1]);
  const more = ref(false);
  const ways = ref(false);
  const record = live(() => shown<Task & Repair>(kind, id));
  const spot = live(async () => {
    const found = await shown<Task>(kind, id);
    return found ? spotOf(found.data) : null;
  });
  /** The work that came of a request. */
  const tasks = live(async () => (kind === "repair" ? (await allShown<Task>("task")).filter((each) => each.data.requests?.some((of) => of.id === id)) : []));
  const names = live(async () => {
    const found = await shown<Task>(kind, id);
    const [site, piece] = await Promise.all([
      one<{ name: string; number: string }>("site", found?.data.site_id),
      one<{ name: string; number: string }>("equipment", found?.data.equipment_id),
    ]);
    return { site: site ? `${site.name}（${site.number}）` : "", piece: piece ? `${piece.name}（${piece.number}）` : "" };
  });

  onMounted(async () => {
    try {
      await refresh(kind, id);
      await readHistory(kind, id);
      const works = kind === "repair" ? (await one<Repair>("repair", id))?.tasks : undefined;
      await Promise.all((works ?? []).map((task) => readHistory("task", task.id)));
    } catch (error) {
      if (!(error instanceof Unreachable)) {
        console.warn(String(error));
      }
    }
  });

  /** At once where nothing has to be entered, else its form. */
  async function act(action: Action): Promise<void> {
    more.value = false;
    const asked = members(action.input);
    // A score may be left out, but whoever can give one is asked for it.
    if (asked.some((each) => each.required || each.kind === "position" || each.kind === "score")) {
      go(`/act/${kind}/${id}/${action.name}`);
      return;
    }
    const body: JsonObject = asked.some((each) => each.name === "captured_at") ? { captured_at: new Date().toISOString() } : {};
    const title = record.value?.data.number ?? "";
    await enqueue([{ lane: `${kind}/${id}`, action: action.name, title, path: `${PATHS[kind]}/${id}/actions/${action.name}`, body }]);
    showToast(t("queued"));
  }

  async function call(request: RequestOfTask): Promise<void> {
    try {
      const { status, body } = await ask("POST", `/tasks/${id}/phone/${request.id}`);
      const phone = status < 300 ? String(body["phone"] ?? "") : "";
      if (phone) {
        location.href = `tel:${phone.replace(/[^+\d]/g, "")}`;
        return;
      }
      showToast(String(body["title"] ?? t("no_phone")));
    } catch {
      showToast(t("unreachable"));
    }
  }

  const fact = (name: string, value: unknown) => (value ? <div class="fact"><dt>{name}</dt><dd>{String(value)}</dd></div> : null);
  const pictures = (media: Media[] | undefined) => (media?.length ? <div class="thumbnails">{media.map((each) => <ServerMedia key={each.id} media={each} />)}</div> : null);

  const facts = (data: Task & Repair) => (
    <dl class="facts">
      {fact(t("site"), names.value?.site ?? data["site"])}
      {fact(t("address"), data.address)}
      {fact(t("piece"), names.value?.piece ?? data["equipment"])}
      {kind === "task" ? fact(t("due"), `${moment(data.due_at)}（${relative(data.due_at)}）`) : null}
      {fact(t("appointed"), moment(data.appointed_at))}
      {data.in_warranty == null ? null : fact(t("warranty"), t(data.in_warranty ? "in_warranty" : "out_of_warranty"))}
      {kind === "task" && data.consent && data.consent !== "not_needed" ? fact(t("quotation"), label("consent", data.consent)) : null}
      {fact(t("hold_reason"), data.hold_reason ? wordOf("hold_reasons", data.hold_reason) : "")}
      {fact(t("result"), data.result ? label("result", data.result) : "")}
      {fact(t("fault"), wordOf("faults", data.fault))}
      {fact(t("cause"), said(wordOf("causes", data.cause_code), data.cause))}
      {fact(t("remedy"), said(wordOf("remedies", data.remedy_code), data.remedy))}
      {fact(t("answer"), data["answer"])}
      {fact(t("question"), data["question"])}
    </dl>
  );

  const reports = (data: Task) => (data.requests ?? []).map((request) => (
    <section class="panel" key={request.id}>
      <h2>{request.number}</h2>
      <p>{request.symptom}</p>
      {request.caller_name ? <p class="card-text">{request.caller_name} {request.caller_phone}</p> : null}
      {request.caller_phone && may("phones.reveal") ? (
        <button type="button" class="small-button" onClick={() => void call(request)}><Icon name="phone" /> {t("call")}</button>
      ) : null}
      {pictures(request.media)}
    </section>
  ));

  return () => {
    const found = record.value;
    if (!found) {
      return <Page title={t(kind === "task" ? "task" : "request")}>{found === null ? <p class="empty">{t("not_here")}</p> : null}</Page>;
    }
    const { data, foreseen, table } = found;
    const only = foreseen.actions.length === 1 && !GIVES_UP.has(foreseen.actions[0]?.name ?? "") ? foreseen.actions[0] : undefined;
    const next = NEXT.map((name) => foreseen.actions.find((each) => each.name === name)).find(Boolean) ?? only;
    const others = foreseen.actions.filter((each) => each !== next);
    return (
      <Page title={data.number}>
        {{
          default: () => (
            <>
              <section class="panel">
                <div class="card-line">
                  {data.severity ? <SeverityBadge severity={data.severity} /> : null}
                  <StateBadge state={foreseen.state} table={table} pending={foreseen.pending.length > 0} />
                </div>
                <p class="symptom">{data.symptom}</p>
                {facts(data)}
                {spot.value ? (
                  <button type="button" class="small-button" onClick={() => (ways.value = true)}><Icon name="navigation" /> {t("navigate")}</button>
                ) : null}
                {kind === "task" && ENDED.has(foreseen.state) && may("followups.visit") ? (
                  <button type="button" class="small-button" onClick={() => go(`/visit?task=${id}`)}><Icon name="clipboard" /> {t("visit")}</button>
                ) : null}
                {data.equipment_id ? (
                  <button type="button" class="small-button" onClick={() => go(`/piece/${data.equipment_id}`)}><Icon name="tool" /> {t("piece")}</button>
                ) : null}
              </section>
              {foreseen.pending.length > 0 ? (
                <section class="panel" aria-label={t("queue")}>
                  <h2>{t("unsent")}</h2>
                  {foreseen.pending.map((item) => <ItemLine key={item.id} item={item} />)}
                </section>
              ) : null}
              <Quotations kind={kind} id={id} />
              {kind === "task" ? <Quoting task={found} /> : null}
              {tasks.value?.length ? (
                <section aria-label={t("tasks")}>
                  <h2 class="group-title">{t("tasks")}</h2>
                  {tasks.value.map((task) => <TaskCard key={task.data.id} task={task} />)}
                </section>
              ) : null}
              {reports(data)}
              {data.media?.length ? <section class="panel"><h2>{t("pictures")}</h2>{pictures(data.media)}</section> : null}
              <Timeline kind={kind} id={id} />
              {wayPopup(data)}
              <Sheet show={more.value} title={t("more")} onClose={() => (more.value = false)}>
                <div class="sheet">
                  {others.map((action) => (
                    <button type="button" key={action.name} data-action={action.name} onClick={() => void act(action)}>{actionWord(table, action)}</button>
                  ))}
                </div>
              </Sheet>
            </>
          ),
          ...(foreseen.actions.length > 0
            ? {
                foot: () => (
                  <div class="foot-buttons">
                    {others.length > 0 ? <Button onClick={() => (more.value = true)}>{t("more")}</Button> : null}
                    {next ? <Button type="primary" data-action={next.name} onClick={() => void act(next)}>{actionWord(table, next)}</Button> : null}
                  </div>
                ),
              }
            : {}),
        }}
      </Page>
    );
  };

  function wayPopup(data: Task) {
    const apps = spot.value ? mapApps(spot.value, names.value?.site || data.address || data.number) : [];
    return (
      <Sheet show={ways.value} title={t("navigate")} onClose={() => (ways.value = false)}>
        <div class="sheet">
          {apps.map((app) => <a key={app.name} href={app.address} data-app={app.name}>{label("map_app", app.name)}</a>)}
        </div>
      </Sheet>
    );
  }
});
