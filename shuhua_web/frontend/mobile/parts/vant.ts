/** The parts of Vant that the app uses, with their styles; its icon font stays out, our icons are drawings. */
import "vant/es/style/base.css";
import "vant/es/badge/index.css";
import "vant/es/button/index.css";
import "vant/es/cell/index.css";
import "vant/es/cell-group/index.css";
import "vant/es/dialog/index.css";
import "vant/es/loading/index.css";
import "vant/es/nav-bar/index.css";
import "vant/es/overlay/index.css";
import "vant/es/popup/index.css";
import "vant/es/progress/index.css";
import "vant/es/pull-refresh/index.css";
import "vant/es/signature/index.css";
import "vant/es/switch/index.css";
import "vant/es/tabbar/index.css";
import "vant/es/tabbar-item/index.css";
import "vant/es/tag/index.css";

export {
  Button,
  Cell,
  CellGroup,
  Loading,
  NavBar,
  Popup,
  Progress,
  PullRefresh,
  Signature,
  Switch,
  Tabbar,
  TabbarItem,
  Tag,
  showConfirmDialog,
} from "vant";
