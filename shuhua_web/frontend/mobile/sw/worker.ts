/**
 * The service worker: the app starts from what is kept, so that it starts without a network. Files of the build carry a hash in
 * their names and never change; the page is kept with the build that it belongs to. Nothing of the API is kept here.
 * A new version waits until the person lets it in, or until no window is open: it never reloads under somebody who types.
 */

interface Told {
  version: string;
  page: string;
  shell: string[];
  later: string[];
  icon: string;
  name: string;
}

/** What a push brings: nothing that a locked screen should not show. */
interface Pushed {
  title?: string;
  body?: string;
  link?: string;
  tag?: string;
  urgent?: boolean;
  at?: string;
}

// The compiler knows this file as a script of a page.
const worker = self as unknown as {
  shuhua: Told;
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void>; matchAll(options: object): Promise<Window[]>; openWindow(url: string): Promise<unknown> };
  registration: { showNotification(title: string, options: object): Promise<void> };
  addEventListener(name: string, handler: (event: WorkerEvent) => void): void;
};

interface WorkerEvent {
  request: Request;
  data: { kind?: string; json?(): Pushed } | null;
  notification: { close(): void; data: { place?: string } | null };
  waitUntil(done: Promise<unknown>): void;
  respondWith(answer: Promise<Response>): void;
}

interface Window {
  url: string;
  focus(): Promise<unknown>;
  postMessage(message: unknown): void;
}

const { version, page, shell, later, icon, name: service } = worker.shuhua;
const KEPT = `shuhua-${version}`;

worker.addEventListener("install", (event) => {
  event.waitUntil(keepShell());
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(forgetOthers().then(() => worker.clients.claim()));
});

worker.addEventListener("message", (event) => {
  if (event.data?.kind === "enter") {
    event.waitUntil(worker.skipWaiting());
  } else if (event.data?.kind === "prepare") {
    // Scanner and map, once there is time: screens that nobody has opened yet must open without a network too.
    event.waitUntil(keepLater());
  }
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) {
    return;
  }
  if (request.mode === "navigate" && address.pathname === page) {
    event.respondWith(fromKept(page));
  } else if (address.pathname.startsWith("/static/dist/")) {
    event.respondWith(fromKept(address.pathname));
  }
});

worker.addEventListener("push", (event) => {
  event.waitUntil(announce(told(event.data)));
});

worker.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(event.notification.data?.place ?? "/messages"));
});

/** Browsers allow no silent push: what cannot be read is announced all the same. */
function told(data: WorkerEvent["data"]): Pushed {
  try {
    return data?.json?.() ?? {};
  } catch {
    return {};
  }
}

async function announce(pushed: Pushed): Promise<void> {
  const open = await windows();
  open.forEach((each) => each.postMessage({ kind: "news" }));
  await worker.registration.showNotification(pushed.title ?? service, {
    body: pushed.body ?? "",
    // The same message again takes the place of the first, without a sound.
    tag: pushed.tag ?? "",
    requireInteraction: pushed.urgent === true,
    timestamp: pushed.at ? Date.parse(pushed.at) : Date.now(),
    icon,
    data: { place: placeOf(pushed.link) },
  });
}

/** Where in the app a link of a message leads: to the message, and from there to what it is about. */
function placeOf(link = ""): string {
  return `/messages/${/\/messages\/(\d+)$/.exec(link)?.[1] ?? ""}`.replace(/\/$/, "");
}

async function windows(): Promise<Window[]> {
  const found = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  return found.filter((each) => new URL(each.url).pathname === page);
}

async function keepShell(): Promise<void> {
  const kept = await caches.open(KEPT);
  await kept.addAll([new Request(page, { cache: "reload", credentials: "omit" }), ...shell]);
}

async function keepLater(): Promise<void> {
  const kept = await caches.open(KEPT);
  for (const address of later) {
    if (!(await kept.match(address))) {
      await kept.add(address).catch(() => undefined);
    }
  }
}

async function forgetOthers(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("shuhua-") && name !== KEPT).map((name) => caches.delete(name)));
}

async function fromKept(address: string): Promise<Response> {
  const kept = await caches.open(KEPT);
  const found = await kept.match(address);
  if (found) {
    return found;
  }
  const answer = await fetch(address);
  if (answer.ok) {
    await kept.put(address, answer.clone());
  }
  return answer;
}

async function show(place: string): Promise<void> {
  const [window] = await windows();
  if (window) {
    window.postMessage({ kind: "go", place });
    await window.focus();
  } else {
    await worker.clients.openWindow(`${page}#${place}`);
  }
}
