/** The customer's signature, drawn on the screen; kept as a picture like any other. */
import { defineComponent, ref } from "vue";
import { t } from "../i18n";
import type { Json, JsonObject } from "../queue/types";
import { keep } from "../store/files";
import { KeptThumbnail } from "./media";
import { showToast } from "./toast";
import { Popup, Signature as Pad } from "./vant";

export const Signature = defineComponent(
  (props: { value: Json; onChange: (value: Json) => void }) => {
    const open = ref(false);

    async function signed({ image }: { image: string }): Promise<void> {
      if (!image) {
        showToast(t("sign_first"));
        return;
      }
      // A data address is read by hand: the policy of this page lets nothing be fetched from one.
      const bytes = Uint8Array.from(atob(image.slice(image.indexOf(",") + 1)), (each) => each.charCodeAt(0));
      props.onChange({ $media: await keep(new Blob([bytes], { type: "image/png" }), "photo", "signature.png") });
      open.value = false;
    }

    return () => {
      const file = (props.value as JsonObject | null)?.["$media"];
      return (
        <div class="signature">
          {typeof file === "string" ? <KeptThumbnail key={file} file={file} onRemove={() => props.onChange(null)} /> : null}
          <button type="button" class="small-button" onClick={() => (open.value = true)}>
            {t(file ? "sign_again" : "sign_here")}
          </button>
          <Popup show={open.value} onUpdate:show={(value: boolean) => (open.value = value)} position="bottom" class="signature-sheet" destroyOnClose>
            <h2>{t("customer_signs")}</h2>
            <Pad
              lineWidth={4}
              penColor="#111111"
              backgroundColor="#ffffff"
              clearButtonText={t("clear")}
              confirmButtonText={t("done")}
              onSubmit={(drawn: { image: string }) => void signed(drawn)}
            />
          </Popup>
        </div>
      );
    };
  },
  { props: ["value", "onChange"] },
);
