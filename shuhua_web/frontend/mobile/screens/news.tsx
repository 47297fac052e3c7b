/** Messages, and the company's articles. */
import { defineComponent, onMounted, ref } from "vue";
import { ask, read, Unreachable } from "../api/client";
import type { Article, Message, Quotation } from "../api/records";
import { t } from "../i18n";
import { moment } from "../parts/format";
import { ServerMedia } from "../parts/media";
import { Page } from "../parts/page";
import type { JsonObject } from "../queue/types";
import { go, place, replace } from "../router";
import { live } from "../store/live";
import { all, one } from "../store/records";
import { may } from "../store/session";
import { refresh, sync } from "../store/sync";

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
  const articles = live(latest);

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
        <div class="segments">{[tab("messages"), tab("articles")]}</div>
        {view.value === "messages"
          ? (messages.value ?? []).map((message) => (
              <button type="button" class={["card", { unread: !message.read_at }]} key={message.id} onClick={() => void open(message)}>
                <div class="card-title">{message.subject}</div>
                <div class="card-body">{message.body}</div>
                <div class="card-text">{moment(message.created_at)}{message.read_at ? "" : ` · ${t("unread")}`}</div>
              </button>
            ))
          : (articles.value ?? []).map((article) => (
              <button type="button" class="card" key={article.id} data-article={article.id} onClick={() => go(`/article/${article.id}`)}>
                <div class="card-title">{article.title}</div>
                <div class="card-body">{article.summary}</div>
                <div class="card-text">{article.section_label} · {moment(article.published_at)}</div>
              </button>
            ))}
        {(view.value === "messages" ? messages.value : articles.value)?.length === 0 ? <p class="empty">{t("nothing_here")}</p> : null}
      </div>
    </Page>
  );
});

async function latest(): Promise<Article[]> {
  const found = await all<Article>("article");
  return found.sort((one, other) => String(other.published_at ?? "").localeCompare(String(one.published_at ?? "")));
}

export const ArticleScreen = defineComponent(() => {
  const id = Number(place.parts[1]);
  const article = live(() => one<Article>("article", id));
  const reading = ref(true);
  onMounted(async () => {
    try {
      // What was withdrawn, or is no longer for this person, is taken away here.
      await refresh("article", id, "/articles");
    } catch (error) {
      if (!(error instanceof Unreachable)) {
        console.warn(String(error));
      }
    }
    reading.value = false;
  });
  return () => {
    const found = article.value;
    return (
      <Page title={t("articles")}>
        {found ? (
          <article class="panel article">
            <h2>{found.title}</h2>
            <p class="card-text">{found.section_label} · {moment(found.published_at)}</p>
            {/* The server made it safe, and the page's policy lets nothing in it run. */}
            {found.html ? <div innerHTML={found.html} /> : <p>{found.summary}</p>}
            {(found.pictures ?? []).map((each) => <ServerMedia key={each.id} media={each} whole />)}
          </article>
        ) : reading.value ? null : <p class="empty" role="status">{t(sync.offline ? "not_here" : "article_gone")}</p>}
      </Page>
    );
  };
});
