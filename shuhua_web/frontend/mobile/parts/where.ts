/** Where the phone is, and how far from somewhere. Asked for when something is done, never followed. */
import { reactive } from "vue";
import { toDatum } from "../../office/map/datum";

export interface Here {
  longitude: number;
  latitude: number;
  accuracy: number;
  at: number;
}

/** The last position, for distances in lists. */
export const here = reactive<{ last: Here | null }>({ last: null });

/** The position now; null when it is refused or does not come. */
export function locate(patience = 12_000): Promise<Here | null> {
  if (!("geolocation" in navigator)) {
    return Promise.resolve(null);
  }
  return new Promise((resolve) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords, timestamp }) => {
        here.last = { longitude: coords.longitude, latitude: coords.latitude, accuracy: coords.accuracy, at: timestamp };
        resolve(here.last);
      },
      () => resolve(null),
      { enableHighAccuracy: true, timeout: patience, maximumAge: 30_000 },
    );
  });
}

type Spot = { longitude: number; latitude: number };

/** Metres over the ground. */
export function metres(one: Spot, other: Spot): number {
  const radians = (degrees: number): number => (degrees * Math.PI) / 180;
  const down = radians(other.latitude - one.latitude);
  const across = radians(other.longitude - one.longitude);
  const chord =
    Math.sin(down / 2) ** 2 + Math.cos(radians(one.latitude)) * Math.cos(radians(other.latitude)) * Math.sin(across / 2) ** 2;
  return 2 * 6_371_008.8 * Math.asin(Math.sqrt(chord));
}

export interface MapApp {
  name: "amap" | "baidu" | "tencent" | "apple" | "phone";
  address: string;
}

/** Addresses that open a map app with the way to a place, each in the datum that it expects. */
export function mapApps(spot: Spot, name: string): MapApp[] {
  const at = (datum: "wgs84" | "gcj02" | "bd09"): { x: string; y: string } => {
    const [x, y] = toDatum([spot.longitude, spot.latitude], datum);
    return { x: x.toFixed(6), y: y.toFixed(6) };
  };
  const [gcj, bd, wgs] = [at("gcj02"), at("bd09"), at("wgs84")];
  const title = encodeURIComponent(name);
  const apple = /iPhone|iPad|Macintosh/.test(navigator.userAgent);
  const amap = apple ? "iosamap://path" : "amapuri://route/plan/";
  return [
    { name: "amap", address: `${amap}?sourceApplication=shuhua&dlat=${gcj.y}&dlon=${gcj.x}&dname=${title}&dev=0&t=0` },
    {
      name: "baidu",
      address: `baidumap://map/direction?destination=name:${title}|latlng:${bd.y},${bd.x}&coord_type=bd09ll&mode=driving&src=shuhua`,
    },
    { name: "tencent", address: `qqmap://map/routeplan?type=drive&to=${title}&tocoord=${gcj.y},${gcj.x}&referer=shuhua` },
    // Apple's map of the mainland is drawn in GCJ-02 and takes positions in it.
    apple
      ? { name: "apple", address: `https://maps.apple.com/?daddr=${gcj.y},${gcj.x}&q=${title}` }
      : { name: "phone", address: `geo:${wgs.y},${wgs.x}?q=${wgs.y},${wgs.x}(${title})` },
  ];
}
