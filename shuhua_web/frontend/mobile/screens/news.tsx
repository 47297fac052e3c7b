/** Messages, and the company's articles. */
import { defineComponent, onMounted, ref, shallowRef } from "vue";
import { ask, read } from "../api/client";
import type { Media, Message, Quotation } from "../api/records";
import { t } from "../i18n";
import { moment } from "../parts/format";
import { ServerMedia } from "../parts/media";
import { Page } from "../parts/page";
import type { JsonObject } from "../queue/types";
import { go, place, replace } from "../router";
import { live } from "../store/live";
import { all, listed } from "../store/records";
import { may } from "../store/session";
import { refresh } from "../store/sync";

/** Where the app shows what a message is about; undefined where it shows no such thing. */
async function screenOf(message: Message): Promise<string | undefined> {
  const { record_kind: kind, record_id: id } = message;
  if (kind === "quotation") {
    const found = await read<Quotation>(`/quotations/${id}`).catch(async () => (await all<Quotation>("quotation")).find((each) => each.id === id));
    return found && (may("tasks.view") ? `/task/${found.task_id}` : `/repair/${found.repair_id}`);
  }
  return { task: `/task/${id}`, repair: `/repair/${id}`, article: `/article/${id}`, equipment: `/piece/${id}`, plan: "/inspect" }[kind];
}

export const NewsScreen = defineComponent(() => {
  const view = ref<"messages" | "articles">("messages");
  const messages = live(async () => (await all<Message & JsonObject>("message")).sort((one, other) => other.id - one.id));
  const articles = live(() => listed("articles"));

  // A notification was pressed: to what it is about, with the list behind it.
  onMounted(async () => {
    const id = Number(place.parts[1]);
    if (id > 0) {
      const found = await read<Message>(`/messages/${id}`).catch(async () => (await all<Message & JsonObject>("message")).find((each) => each.id === id));
      replace("/messages");
      if (found) {
        await open(found);
      }
    }
  });

  async function open(message: Message): Promise<void> {
    const screen = await screenOf(message);
    if (screen) {
      go(screen);
    }
    // Reading is no work of the queue: what is lost is only a mark.
    await ask("POST", `/messages/${message.id}/actions/read`, { key: crypto.randomUUID(), body: {} }).then(
      () => refresh("message", message.id),
      () => undefined,
    );
  }

  const tab = (name: "messages" | "articles") => (
    <button type="button" class={["segment", { chosen: view.value === name }]} aria-pressed={view.value === name} onClick={() => (view.value = name)}>
      {t(name)}
    </button>
  );

  return () => (
    <Page title={t("messages")} first>
      <div class="list">
        {articles.value ? <div class="segments">{[tab("messages"), tab("articles")]}</div> : null}
        {view.value === "messages"
          ? (messages.value ?? []).map((message) => (
              <button type="button" class={["card", { unread: !message.read_at }]} key={message.id} onClick={() => void open(message)}>
                <div class="card-title">{message.subject}</div>
                <div class="card-body">{message.body}</div>
                <div class="card-text">{moment(message.created_at)}{message.read_at ? "" : ` · ${t("unread")}`}</div>
              </button>
            ))
          : (articles.value ?? []).map((article) => (
              <button type="button" class="card" key={String(article["id"])} onClick={() => go(`/article/${String(article["id"])}`)}>
                <div class="card-title">{String(article["title"] ?? "")}</div>
                <div class="card-text">{moment(String(article["published_at"] ?? ""))}</div>
              </button>
            ))}
        {(view.value === "messages" ? messages.value : articles.value)?.length === 0 ? <p class="empty">{t("nothing_here")}</p> : null}
      </div>
    </Page>
  );
});

export const ArticleScreen = defineComponent(() => {
  const id = Number(place.parts[1]);
  const article = shallowRef<JsonObject>();
  onMounted(async () => {
    article.value = (await listed("articles"))?.find((each) => each["id"] === id);
    article.value = await read<JsonObject>(`/articles/${id}`).catch(() => article.value);
  });
  return () => (
    <Page title={t("articles")}>
      <article class="panel article">
        <h2>{String(article.value?.["title"] ?? "")}</h2>
        <p class="card-text">{moment(String(article.value?.["published_at"] ?? ""))}</p>
        {/* The server made it safe, and the page's policy lets nothing in it run. */}
        {article.value?.["html"] ? <div innerHTML={String(article.value["html"])} /> : <p>{String(article.value?.["summary"] ?? "")}</p>}
        <div class="thumbnails">{((article.value?.["pictures"] ?? []) as unknown as Media[]).map((each) => <ServerMedia key={each.id} media={each} />)}</div>
      </article>
    </Page>
  );
});
