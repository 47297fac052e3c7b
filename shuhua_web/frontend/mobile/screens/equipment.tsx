/** The equipment that the person may see, site by site, with its state: a customer's own. */
import { computed, defineComponent, ref } from "vue";
import type { Piece } from "../api/records";
import { label, t } from "../i18n";
import { Page } from "../parts/page";
import { go } from "../router";
import { live } from "../store/live";
import { all } from "../store/records";

/** More are found by typing. */
const SHOWN = 200;

export const EquipmentScreen = defineComponent(() => {
  const typed = ref("");
  const pieces = live(() => all<Piece>("equipment"));
  const groups = computed(() => {
    const wanted = typed.value.trim().toLowerCase();
    const fitting = (pieces.value ?? []).filter((each) =>
      [each.name, each.number, each.serial, each.code, each.site].some((text) => String(text ?? "").toLowerCase().includes(wanted)),
    );
    const sites = new Map<string, Piece[]>();
    for (const piece of fitting.slice(0, SHOWN)) {
      const site = piece.site ?? "";
      sites.set(site, [...(sites.get(site) ?? []), piece]);
    }
    return [...sites];
  });

  return () => (
    <Page title={t("my_equipment")}>
      <div class="list">
        <label class="field-label" for="piece-search">{t("search_piece")}</label>
        <input id="piece-search" class="input" type="search" value={typed.value} onInput={(event: Event) => (typed.value = (event.target as HTMLInputElement).value)} />
        {groups.value.map(([site, found]) => (
          <section key={site} aria-label={site || t("piece")}>
            <h2 class="group-title">{site || t("piece")} <span class="count">{found.length}</span></h2>
            {found.map((piece) => (
              <button type="button" class="card" key={piece.id} data-piece={piece.id} onClick={() => go(`/piece/${piece.id}`)}>
                <div class="card-line">
                  <span class={["badge", `piece-${piece.state}`]}>{label("equipment", piece.state)}</span>
                  <span class="card-number">{piece.number}</span>
                </div>
                <div class="card-title">{piece.name}</div>
                {piece.warranty_to ? <div class="card-text">{t("warranty_to")} {piece.warranty_to}</div> : null}
              </button>
            ))}
          </section>
        ))}
        {pieces.value !== undefined && groups.value.length === 0 ? <p class="empty">{t("nothing_here")}</p> : null}
      </div>
    </Page>
  );
});
