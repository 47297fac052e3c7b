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
}

// The compiler knows this file as a script of a page.
const worker = self as unknown as {
  shuhua: Told;
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void>; matchAll(options: object): Promise<{ focus(): Promise<unknown>; postMessage(m: unknown): void }[]>; openWindow(url: string): Promise<unknown> };
  registration: { showNotification(title: string, options: object): Promise<void> };
  addEventListener(name: string, handler: (event: WorkerEvent) => void): void;
};

interface WorkerEvent {
  request: Request;
  data: { kind?: string; json?(): { title: string; body: string; place?: string } } | null;
  notification: { close(): void; data: { place?: string } | null };
  waitUntil(done: Promise<unknown>): void;
  respondWith(answer: Promise<Response>): void;
}

const { version, page, shell, later } = worker.shuhua;
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
  const told = event.data?.json?.();
  if (told) {
    event.waitUntil(worker.registration.showNotification(told.title, { body: told.body, data: { place: told.place } }));
  }
});

worker.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(event.notification.data?.place ?? "/messages"));
});

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
  const [window] = await worker.clients.matchAll({ type: "window" });
  if (window) {
    window.postMessage({ kind: "go", place });
    await window.focus();
  } else {
    await worker.clients.openWindow(`${page}#${place}`);
  }
}
