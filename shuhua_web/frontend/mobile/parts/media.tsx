/** Pictures on the screen: those kept here, and those of the server, which are fetched with the token. */
import { defineComponent, onUnmounted, ref, watch } from "vue";
import { readFile } from "../api/client";
import type { Media } from "../api/records";
import { t } from "../i18n";
import { database, type KeptFile } from "../store/database";
import { progress } from "../store/files";
import { Icon } from "./icon";
import { Sheet } from "./sheet";
import { Progress } from "./vant";

export const KeptThumbnail = defineComponent(
  (props: { file: string; onRemove?: () => void }) => {
    const kept = ref<KeptFile>();
    const address = ref("");
    const release = (): void => URL.revokeObjectURL(address.value);
    watch(
      () => props.file,
      async (id) => {
        kept.value = await database.files.get(id);
        release();
        address.value = kept.value?.bytes ? URL.createObjectURL(kept.value.bytes) : "";
      },
      { immediate: true },
    );
    onUnmounted(release);
    return () => (
      <div class="thumbnail" data-file={props.file}>
        {shown(address.value, kept.value?.kind ?? "photo")}
        {progress.has(props.file) ? <Progress percentage={Math.round((progress.get(props.file) ?? 0) * 100)} showPivot={false} /> : null}
        {props.onRemove ? (
          <button type="button" class="thumbnail-remove" aria-label={t("remove")} onClick={() => props.onRemove?.()}>
            <Icon name="cross" />
          </button>
        ) : null}
      </div>
    );
  },
  { props: ["file", "onRemove"] },
);

function shown(address: string, kind: string) {
  if (kind === "video") {
    return <video src={address} muted playsinline preload="metadata" aria-label={t("video")} />;
  }
  if (kind === "audio") {
    return <audio src={address} controls aria-label={t("voice")} />;
  }
  return address ? <img src={address} alt={t("photo")} /> : <Icon name="photo" />;
}

/** A stored picture, small; pressed, large. `whole` shows it as wide as the text at once, as far as it can be had. */
export const ServerMedia = defineComponent(
  (props: { media: Media; whole?: boolean }) => {
    const address = ref("");
    const large = ref("");
    const open = ref(false);
    const addresses: string[] = [];
    const fetched = async (path: string | undefined): Promise<string> => {
      const kept = path ? await database.pictures.get(path) : undefined;
      const made = path ? URL.createObjectURL(kept?.bytes ?? (await readFile(path))) : "";
      addresses.push(made);
      return made;
    };
    watch(
      () => props.media.id,
      async () => {
        const { thumbnail, display } = props.media.links;
        for (const path of [thumbnail, ...(props.whole ? [display] : [])]) {
          address.value = await fetched(path).catch(() => address.value);
        }
      },
      { immediate: true },
    );
    onUnmounted(() => addresses.forEach((each) => URL.revokeObjectURL(each)));

    async function show(): Promise<void> {
      open.value = true;
      const { links } = props.media;
      large.value ||= await fetched(links["display"] ?? links["shown"] ?? links["content"]).catch(() => "");
    }

    /** What there is to say instead of a picture. */
    const said = (): string => (props.media.state === "refused" ? props.media.reason || t("unreadable") : props.media.state === "processing" ? t("processing") : "");

    return () => said() ? (
      <p class="thumbnail thumbnail-said">{said()}</p>
    ) : (
      <>
        <button type="button" class={props.whole ? "picture" : "thumbnail"} aria-label={t("enlarge")} onClick={() => void show()}>
          {address.value ? <img src={address.value} alt="" /> : <Icon name={props.media.kind === "video" ? "video" : "photo"} />}
        </button>
        <Sheet show={open.value} title={t("photo")} position="center" look="viewer" onClose={() => (open.value = false)}>
          <div class="viewer-body" onClick={() => (open.value = false)}>
            {props.media.kind && props.media.kind !== "photo" ? shown(large.value, props.media.kind) : <img src={large.value || address.value} alt={t("photo")} />}
          </div>
        </Sheet>
      </>
    );
  },
  { props: ["media", "whole"] },
);
