/** Photos, videos and voice for a form: taken or picked, on disk before they are shown, with a word before storage runs out. */
import { computed, defineComponent, ref } from "vue";
import { t } from "../i18n";
import type { Json, JsonObject } from "../queue/types";
import type { FileKind } from "../store/database";
import { keep } from "../store/files";
import { Icon } from "./icon";
import { KeptThumbnail } from "./media";
import { Recorder } from "./recorder";
import { roomForMore } from "./room";
import { showToast } from "./toast";

interface Props {
  label: string;
  value: Json;
  most: number;
  /** Photos alone, where there is nothing to film. */
  still?: boolean;
  onChange: (value: Json) => void;
}

export const Photos = defineComponent(
  (props: Props) => {
    const busy = ref(false);
    const ids = computed(() => (Array.isArray(props.value) ? (props.value as JsonObject[]).map((each) => String(each["$media"])) : []));
    const change = (found: string[]): void => props.onChange(found.map((id) => ({ $media: id })));

    async function add(files: Blob[], kind?: FileKind): Promise<void> {
      busy.value = true;
      try {
        for (const file of files.slice(0, props.most - ids.value.length)) {
          const found = kind ?? kindOf(file.type);
          const id = await keep(file, found, file instanceof File ? file.name : "");
          change([...ids.value, id]);
        }
      } catch (error) {
        console.error(error);
        showToast(t("no_room"));
      } finally {
        busy.value = false;
      }
    }

    const picker = (name: string, icon: "camera" | "photo" | "video", accept: string, capture: boolean, text: string) => {
      const pick = (event: Event): void => {
        const input = event.target as HTMLInputElement;
        const files = [...(input.files ?? [])];
        input.value = "";
        void add(files);
      };
      return (
        <div class="capture">
          <input
            type="file"
            id={`${name}-${props.label}`}
            name={name}
            accept={accept}
            multiple={!capture}
            {...(capture ? { capture: "environment" } : {})}
            tabindex={-1}
            class="hidden-input"
            aria-label={text}
            onChange={pick}
          />
          <button type="button" class="capture-button" disabled={busy.value} onClick={(event: Event) => void press(event, name)}>
            <Icon name={icon} />
            <span>{text}</span>
          </button>
        </div>
      );
    };

    /** Told before it is taken: afterwards would be too late. */
    async function press(event: Event, name: string): Promise<void> {
      const around = (event.currentTarget as HTMLElement).parentElement;
      if (!(await roomForMore())) {
        return;
      }
      around?.querySelector<HTMLInputElement>(`input[name=${name}]`)?.click();
    }

    return () => (
      <div class="photos">
        <div class="thumbnails">
          {ids.value.map((id) => (
            <KeptThumbnail key={id} file={id} onRemove={() => change(ids.value.filter((each) => each !== id))} />
          ))}
        </div>
        {busy.value ? <p role="status">{t("keeping")}</p> : null}
        {ids.value.length >= props.most ? (
          <p class="hint">{t("most_files", { n: props.most })}</p>
        ) : (
          <div class="captures">
            {picker("take", "camera", "image/*", true, t("take_photo"))}
            {picker("pick", "photo", props.still ? "image/*" : "image/*,video/*,audio/*", false, t("pick_files"))}
            {props.still ? null : picker("film", "video", "video/*", true, t("take_video"))}
            {props.still ? null : <Recorder onDone={(bytes) => void add([bytes], "audio")} />}
          </div>
        )}
      </div>
    );
  },
  { props: ["label", "value", "most", "still", "onChange"] },
);

function kindOf(type: string): FileKind {
  return type.startsWith("video/") ? "video" : type.startsWith("audio/") ? "audio" : "photo";
}
