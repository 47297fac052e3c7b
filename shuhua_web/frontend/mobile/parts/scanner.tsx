/** A label's code, or with `any` that of a part, by three ways: the camera's stream, a photo of the code, typing it. In-app browsers often have but the last two. */
import { defineComponent, onMounted, onUnmounted, type PropType, ref } from "vue";
import { t } from "../i18n";
import { Icon } from "./icon";
import { labelCode, pixels, readFrame, readPhoto } from "./qr";
import { Button } from "./vant";

const EVERY = 180;
const SIDE = 800;

export const Scanner = defineComponent(
  (props: { any?: boolean; onCode: (code: string) => void }) => {
    const video = ref<HTMLVideoElement>();
    const said = ref("");
    const typed = ref("");
    const running = ref(false);
    let stream: MediaStream | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let over = false;

    async function start(): Promise<void> {
      if (!navigator.mediaDevices) {
        said.value = t("no_camera");
        return;
      }
      try {
        stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
        if (over || !video.value) {
          stop();
          return;
        }
        video.value.srcObject = stream;
        await video.value.play();
        running.value = true;
        void look();
      } catch {
        said.value = t("no_camera");
      }
    }

    async function look(): Promise<void> {
      const seen = video.value;
      if (over || !seen) {
        return;
      }
      if (seen.videoWidth > 0) {
        const text = await readFrame(pixels(seen, seen.videoWidth, seen.videoHeight, SIDE), props.any).catch(() => null);
        if (text !== null && take(text)) {
          return;
        }
      }
      timer = setTimeout(() => void look(), EVERY);
    }

    function take(text: string): boolean {
      const code = props.any ? text.trim() || null : labelCode(text);
      if (code === null) {
        said.value = t(props.any ? "no_code" : "other_code");
        return false;
      }
      stop();
      navigator.vibrate?.(60);
      props.onCode(code);
      return true;
    }

    async function photographed(event: Event): Promise<void> {
      const input = event.target as HTMLInputElement;
      const [file] = input.files ?? [];
      input.value = "";
      if (file) {
        said.value = t("reading");
        const text = await readPhoto(file, props.any).catch(() => null);
        said.value = "";
        if (text === null) {
          said.value = t("no_code");
        } else {
          take(text);
        }
      }
    }

    function stop(): void {
      over = true;
      clearTimeout(timer);
      stream?.getTracks().forEach((track) => track.stop());
      running.value = false;
    }

    onMounted(() => void start());
    onUnmounted(stop);

    return () => (
      <div class="scanner">
        <div class="scanner-view">
          <video ref={video} muted playsinline aria-label={t("camera_view")} />
          {running.value ? <div class="scanner-frame" /> : <p>{said.value || t("starting_camera")}</p>}
        </div>
        <p class="scanner-said" role="status">{running.value ? said.value || t(props.any ? "hold_any" : "hold_before") : ""}</p>
        <label class="file-button">
          <Icon name="photo" /> {t("photo_of_code")}
          <input type="file" accept="image/*" class="hidden-input" onChange={(event: Event) => void photographed(event)} />
        </label>
        <form
          class="type-code"
          onSubmit={(event: Event) => {
            event.preventDefault();
            take(typed.value);
          }}
        >
          <label for="typed-code" class="field-label">{t(props.any ? "type_number" : "type_code")}</label>
          <div class="type-code-line">
            <input id="typed-code" class="input" autocapitalize="characters" autocomplete="off" maxlength={props.any ? 60 : 10} value={typed.value} onInput={(event: Event) => (typed.value = (event.target as HTMLInputElement).value)} />
            <Button type="primary" nativeType="submit">{t(props.any ? "take_over" : "open")}</Button>
          </div>
        </form>
      </div>
    );
  },
  { props: { any: Boolean, onCode: { type: Function as PropType<(code: string) => void>, required: true } } },
);
