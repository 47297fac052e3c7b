/** The customer's signature, drawn on the screen; kept as a picture like any other. */
import { defineComponent, ref } from "vue";
import { t } from "../i18n";
import type { Json, JsonObject } from "../queue/types";
import { keep } from "../store/files";
import { KeptThumbnail } from "./media";
import { roomForMore } from "./room";
import { Sheet } from "./sheet";
import { showToast } from "./toast";
import { Signature as Pad } from "./vant";

export const Signature = defineComponent(
  (props: { value: Json; onChange: (value: Json) => void }) => {
    const open = ref(false);

    async function begin(): Promise<void> {
      open.value = await roomForMore();
    }

    async function signed({ image }: { image: string }): Promise<void> {
      if (!image) {
        showToast(t("sign_first"));
        return;
      }
      // A data address is read by hand: the policy of this page lets nothing be fetched from one.
      const bytes = Uint8Array.from(atob(image.slice(image.indexOf(",") + 1)), (each) => each.charCodeAt(0));
      try {
        props.onChange({ $media: await keep(new Blob([bytes], { type: "image/png" }), "photo", "signature.png") });
        open.value = false;
      } catch (error) {
        console.warn(String(error));
        showToast(t("no_room"));
      }
    }

    return () => {
      const file = (props.value as JsonObject | null)?.["$media"];
      return (
        <div class="signature">
          {typeof file === "string" ? <KeptThumbnail key={file} file={file} onRemove={() => props.onChange(null)} /> : null}
          <button type="button" class="small-button" onClick={() => void begin()}>
            {t(file ? "sign_again" : "sign_here")}
          </button>
          <Sheet show={open.value} title={t("customer_signs")} look="signature-sheet" onClose={() => (open.value = false)}>
            <h2>{t("customer_signs")}</h2>
            <Pad
              lineWidth={4}
              penColor="#111111"
              backgroundColor="#ffffff"
              clearButtonText={t("clear")}
              confirmButtonText={t("done")}
              onSubmit={(drawn: { image: string }) => void signed(drawn)}
            />
          </Sheet>
        </div>
      );
    };
  },
  { props: ["value", "onChange"] },
);
