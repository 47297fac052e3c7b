/** A voice note: recorded where the browser can, else picked from the phone's own recorder. */
import { defineComponent, onUnmounted, ref } from "vue";
import { t } from "../i18n";
import { Icon } from "./icon";
import { roomForMore } from "./room";
import { showToast } from "./toast";

const LONGEST = 120;

export const Recorder = defineComponent(
  (props: { onDone: (bytes: Blob) => void }) => {
    const seconds = ref<number | null>(null);
    let recorder: MediaRecorder | null = null;
    let clock: ReturnType<typeof setInterval> | undefined;

    async function start(): Promise<void> {
      if (!(await roomForMore())) {
        return;
      }
      try {
        const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
        const parts: Blob[] = [];
        const running = new MediaRecorder(stream);
        recorder = running;
        running.ondataavailable = ({ data }) => parts.push(data);
        running.onstop = () => {
          stream.getTracks().forEach((track) => track.stop());
          props.onDone(new Blob(parts, { type: running.mimeType.split(";")[0] ?? "audio/webm" }));
        };
        running.start(1000);
        seconds.value = 0;
        clock = setInterval(() => {
          seconds.value = (seconds.value ?? 0) + 1;
          if (seconds.value >= LONGEST) {
            stop();
          }
        }, 1000);
      } catch {
        showToast(t("no_microphone"));
      }
    }

    function stop(): void {
      clearInterval(clock);
      seconds.value = null;
      recorder?.stop();
      recorder = null;
    }

    // Leaving the screen keeps what was said so far.
    onUnmounted(stop);

    return () =>
      "MediaRecorder" in window && navigator.mediaDevices ? (
        <button
          type="button"
          class={["capture-button", { recording: seconds.value !== null }]}
          onClick={() => (seconds.value === null ? void start() : stop())}
        >
          <Icon name="microphone" />
          <span>{seconds.value === null ? t("record") : t("stop_recording", { n: seconds.value })}</span>
        </button>
      ) : null;
  },
  { props: ["onDone"] },
);
