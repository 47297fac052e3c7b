// Uploads a file with tus-js-client as it is: node tus_js.mjs <client> <endpoint> <token> <path> <chunk size>. Prints the receipt as JSON.
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

const [client, endpoint, token, path, chunkSize] = process.argv.slice(2);
const { Upload } = (await import(pathToFileURL(client).href)).default;
const file = await readFile(path);
let headers = {};

const upload = new Upload(file, {
  endpoint,
  chunkSize: Number(chunkSize),
  retryDelays: Array(200).fill(5),
  headers: { Authorization: `Bearer ${token}` },
  metadata: { filename: "film.mov", filetype: "video/quicktime" },
  onAfterResponse: (_request, response) => {
    headers = { sha256: response.getHeader("Upload-Sha256"), media: response.getHeader("Upload-Media-Id") };
  },
  onSuccess: () => console.log(JSON.stringify({ url: upload.url, ...headers })),
  onError: (error) => {
    console.error(String(error));
    process.exitCode = 1;
  },
});
upload.start();
