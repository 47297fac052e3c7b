/** Drawings from the same set as the office's. Beside a word they say nothing to a screen reader. */
import alert from "@tabler/icons/outline/alert-triangle.svg?raw";
import left from "@tabler/icons/outline/arrow-left.svg?raw";
import bell from "@tabler/icons/outline/bell.svg?raw";
import calendar from "@tabler/icons/outline/calendar.svg?raw";
import camera from "@tabler/icons/outline/camera.svg?raw";
import chart from "@tabler/icons/outline/chart-bar.svg?raw";
import check from "@tabler/icons/outline/check.svg?raw";
import chevron from "@tabler/icons/outline/chevron-right.svg?raw";
import clipboard from "@tabler/icons/outline/clipboard-check.svg?raw";
import cloud from "@tabler/icons/outline/cloud-upload.svg?raw";
import download from "@tabler/icons/outline/download.svg?raw";
import home from "@tabler/icons/outline/home.svg?raw";
import pin from "@tabler/icons/outline/map-pin.svg?raw";
import microphone from "@tabler/icons/outline/microphone.svg?raw";
import navigation from "@tabler/icons/outline/navigation.svg?raw";
import news from "@tabler/icons/outline/news.svg?raw";
import phone from "@tabler/icons/outline/phone.svg?raw";
import photo from "@tabler/icons/outline/photo.svg?raw";
import plus from "@tabler/icons/outline/plus.svg?raw";
import refresh from "@tabler/icons/outline/refresh.svg?raw";
import scan from "@tabler/icons/outline/scan.svg?raw";
import tool from "@tabler/icons/outline/tool.svg?raw";
import trash from "@tabler/icons/outline/trash.svg?raw";
import user from "@tabler/icons/outline/user.svg?raw";
import video from "@tabler/icons/outline/video.svg?raw";
import cross from "@tabler/icons/outline/x.svg?raw";
import type { FunctionalComponent } from "vue";

const DRAWINGS = {
  alert, bell, calendar, camera, chart, check, chevron, clipboard, cloud, cross, download, home, left, microphone, navigation, news,
  phone, photo, pin, plus, refresh, scan, tool, trash, user, video,
};

export type IconName = keyof typeof DRAWINGS;

export const Icon: FunctionalComponent<{ name: IconName }> = ({ name }) => (
  <span class="icon" aria-hidden="true" innerHTML={DRAWINGS[name]} />
);
Icon.props = ["name"];
