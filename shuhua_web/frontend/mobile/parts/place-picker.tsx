/** A site and a piece of it, from what is kept: the nearest first, then by name. */
import { computed, defineComponent, onMounted, ref } from "vue";
import type { Piece, Site } from "../api/records";
import { t } from "../i18n";
import { live } from "../store/live";
import { all } from "../store/records";
import { distance } from "./format";
import { here, locate, metres } from "./where";

const SHOWN = 12;

export interface PickedPlace {
  site: number | null;
  piece: number | null;
}

export const PlacePicker = defineComponent(
  (props: { site: number | null; piece: number | null; siteOnly?: boolean; onChange: (found: PickedPlace) => void }) => {
    const typed = ref("");
    const sites = live(() => all<Site>("site"));
    const pieces = live(() => all<Piece>("equipment"));
    onMounted(() => void locate());

    const away = (site: Site): number | null =>
      here.last && site.longitude !== null && site.latitude !== null ? metres(here.last, { longitude: site.longitude, latitude: site.latitude }) : null;
    const found = computed(() => {
      const wanted = typed.value.trim().toLowerCase();
      const fitting = (sites.value ?? []).filter((site) => !wanted || `${site.name}${site.number}${site.address ?? ""}`.toLowerCase().includes(wanted));
      return fitting.sort((one, other) => (away(one) ?? Infinity) - (away(other) ?? Infinity)).slice(0, SHOWN);
    });

    return () => {
      const chosen = (sites.value ?? []).find((site) => site.id === props.site);
      const inside = (pieces.value ?? []).filter((piece) => piece.site_id === props.site);
      return (
        <div class="place-picker">
          {chosen ? (
            <>
              <div class="picked">
                <span>{chosen.name}（{chosen.number}）</span>
                <button type="button" class="small-button" onClick={() => props.onChange({ site: null, piece: null })}>{t("change")}</button>
              </div>
              {props.siteOnly || inside.length === 0 ? null : (
                <div class="choices" role="radiogroup" aria-label={t("piece")}>
                  {inside.map((piece) => (
                    <label key={piece.id} class={["choice", { chosen: piece.id === props.piece }]}>
                      <input type="radio" name="piece" checked={piece.id === props.piece} onChange={() => props.onChange({ site: props.site, piece: piece.id })} />
                      <span>{piece.name} {piece.number}</span>
                    </label>
                  ))}
                </div>
              )}
            </>
          ) : (
            <>
              <label class="field-label" for="site-search">{t("which_site")}</label>
              <input id="site-search" class="input" value={typed.value} placeholder={t("search_site")} onInput={(event: Event) => (typed.value = (event.target as HTMLInputElement).value)} />
              <div class="picks">
                {found.value.map((site) => (
                  <button type="button" class="pick" key={site.id} onClick={() => props.onChange({ site: site.id, piece: null })}>
                    <span>{site.name}</span>
                    <span class="card-text">{[site.address, away(site) === null ? "" : distance(away(site) ?? 0)].filter(Boolean).join(" · ")}</span>
                  </button>
                ))}
              </div>
            </>
          )}
        </div>
      );
    };
  },
  { props: ["site", "piece", "siteOnly", "onChange"] },
);
