/** The unsent part of the queue as one file: readable, with the bytes of its photos, for a manager or a computer. */
import { blobsOf, inOrder, isOver } from "../queue/order";
import { database } from "./database";
import { session } from "./session";

/** A JSON file with every item that the server does not have, and the files that belong to them. */
export async function exportUnsent(): Promise<Blob> {
  const items = inOrder(await database.items.toArray()).filter((item) => !isOver(item));
  const drafts = await database.drafts.toArray();
  const ids = new Set([...items, ...drafts.map((draft) => ({ body: draft.values }))].flatMap(blobsOf));
  const files = [];
  for (const id of ids) {
    const file = await database.files.get(id);
    if (file) {
      const { bytes, ...about } = file;
      files.push({ ...about, base64: bytes === null ? null : await base64(bytes) });
    }
  }
  const about = { format: "shuhua-unsent", version: 1, made_at: new Date().toISOString(), user: session.user?.login ?? null };
  return new Blob([JSON.stringify({ ...about, items, drafts, files }, null, 1)], { type: "application/json" });
}

function base64(bytes: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ""));
    reader.onerror = () => reject(reader.error ?? new Error("unreadable"));
    reader.readAsDataURL(bytes);
  });
}

/** Hands the file to the person: through the phone's share sheet where it takes files, else as a download. */
export async function saveUnsent(): Promise<void> {
  const name = `shuhua-${new Date().toISOString().slice(0, 19).replace(/[:T]/g, "-")}.json`;
  const file = new File([await exportUnsent()], name, { type: "application/json" });
  if (/Android|iPhone|iPad/.test(navigator.userAgent) && navigator.canShare?.({ files: [file] })) {
    await navigator.share({ files: [file] });
    return;
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
