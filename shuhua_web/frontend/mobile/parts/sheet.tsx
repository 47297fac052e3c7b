/** What comes up over a screen: read out by its name, closed by a tap beside it or by Escape. */
import type { FunctionalComponent } from "vue";
import { Popup } from "./vant";

interface Props {
  show: boolean;
  title: string;
  position?: "bottom" | "center";
  /** A class for what is in it. */
  look?: string;
  onClose: () => void;
}

export const Sheet: FunctionalComponent<Props> = ({ show, title, position = "bottom", look, onClose }, { slots }) => (
  <Popup
    show={show}
    position={position}
    round={position === "bottom"}
    destroyOnClose
    teleport="body"
    class={look ?? ""}
    aria-label={title}
    closeOnClickOverlay={false}
    onClickOverlay={onClose}
    onKeydown={(event: KeyboardEvent) => (event.key === "Escape" ? onClose() : undefined)}
  >
    {show ? slots["default"]?.() : null}
  </Popup>
);
Sheet.props = ["show", "title", "position", "look", "onClose"];
