// Uploads with tus-js-client as it is: node tus_js.mjs <client> <endpoint> <token>. Takes lines of JSON {path, chunkSize} and
// answers each with a line of JSON: the upload's address and its receipt, or what went wrong.
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [client, endpoint, token] = process.argv.slice(2);
const { Upload } = (await import(pathToFileURL(client).href)).default;

const send = (file, chunkSize) =>
  new Promise((resolve) => {
    let receipt = {};
    const upload = new Upload(file, {
      endpoint,
      chunkSize,
      retryDelays: Array(500).fill(5),
      headers: { Authorization: `Bearer ${token}` },
      metadata: { filename: "film.mov", filetype: "video/quicktime" },
      onAfterResponse: (_request, response) => {
        receipt = { sha256: response.getHeader("Upload-Sha256"), media: response.getHeader("Upload-Media-Id") };
      },
      onSuccess: () => resolve({ url: upload.url, ...receipt }),
      onError: (error) => resolve({ error: String(error) }),
    });
    upload.start();
  });

for await (const line of createInterface({ input: process.stdin })) {
  const { path, chunkSize } = JSON.parse(line);
  console.log(JSON.stringify(await send(await readFile(path), chunkSize)));
}
