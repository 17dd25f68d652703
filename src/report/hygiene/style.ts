// The style of the hygiene page: by day, by night, on a telephone and on A4. Nothing is asked of the network.

export const style = `
:root { color-scheme: light dark; --fond: #fff; --carte: #f6f7fb; --texte: #1b1e2b; --doux: #555b70; --bord: #d5d9e6;
  --bon: #146c43; --bon-fond: #e3f4ea; --moyen: #7a5200; --moyen-fond: #fdf1d8; --mauvais: #a8182b; --mauvais-fond: #fde8ea;
  --neutre: #3d4560; --neutre-fond: #e9ecf5; --s0: #1f4fbf; --s1: #b5480b; --s2: #6d2a9c; }
@media (prefers-color-scheme: dark) { :root { --fond: #14161f; --carte: #1e212d; --texte: #eceef6; --doux: #aab0c4;
  --bord: #3a3f52; --bon: #7fd8a5; --bon-fond: #173626; --moyen: #f2c66d; --moyen-fond: #3a2d10; --mauvais: #ff9aa5;
  --mauvais-fond: #451a20; --neutre: #c3c9dd; --neutre-fond: #2b3042; --s0: #8fb0ff; --s1: #ffab7a; --s2: #d3a4f5; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 70rem; padding: 1.5rem 1rem 3rem; background: var(--fond); color: var(--texte);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.25rem; margin: 2.25rem 0 .75rem; }
p { margin: .25rem 0; }
.doux { color: var(--doux); }
.resume { font-size: 1.1rem; margin-top: 1rem; }
.cartes { display: grid; gap: .75rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 15.5rem), 1fr)); padding: 0; margin: 0;
  list-style: none; }
.carte { background: var(--carte); border: 1px solid var(--bord); border-left: .35rem solid var(--neutre); border-radius: .5rem;
  padding: .8rem .9rem; }
.carte h3 { font-size: .95rem; line-height: 1.3; margin: 0 0 .3rem; }
.carte p { font-size: .88rem; }
.carte .nombre { font-size: 1.9rem; font-weight: 700; line-height: 1.15; font-variant-numeric: tabular-nums; }
.carte .nombre small { display: block; font-size: .85rem; font-weight: 400; line-height: 1.3; color: var(--doux); }
.etat { display: inline-block; border-radius: 1rem; padding: .05rem .6rem; font-size: .8rem; font-weight: 600;
  color: var(--neutre); background: var(--neutre-fond); }
.carte.bon { border-left-color: var(--bon); } .bon .etat { color: var(--bon); background: var(--bon-fond); }
.carte.a-surveiller { border-left-color: var(--moyen); }
.a-surveiller .etat { color: var(--moyen); background: var(--moyen-fond); }
.carte.mauvais { border-left-color: var(--mauvais); }
.mauvais .etat { color: var(--mauvais); background: var(--mauvais-fond); }
.courbes { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); }
.courbe { margin: 0; border: 1px solid var(--bord); border-radius: .5rem; padding: .75rem; min-width: 0; }
.courbe figcaption { font-weight: 600; margin-bottom: .25rem; }
.courbe > svg { display: block; width: 100%; height: auto; }
.grille { stroke: var(--bord); stroke-width: 1; }
.axe { fill: var(--doux); font-size: 12px; } .axe.milieu { text-anchor: middle; } .axe.fin { text-anchor: end; }
.trait { fill: none; stroke-width: 2.2; stroke-linejoin: round; }
.trait.s0 { stroke: var(--s0); } .trait.s1 { stroke: var(--s1); stroke-dasharray: 7 3; }
.trait.s2 { stroke: var(--s2); stroke-dasharray: 2 3; }
.point.s0 { fill: var(--s0); } .point.s1 { fill: var(--s1); } .point.s2 { fill: var(--s2); }
.legende { display: flex; flex-wrap: wrap; gap: .1rem 1rem; list-style: none; margin: .25rem 0; padding: 0; font-size: .85rem; }
.legende svg { width: 28px; height: 10px; vertical-align: middle; }
details { font-size: .88rem; margin-top: .4rem; } summary { cursor: pointer; color: var(--doux); }
.defile { overflow-x: auto; max-width: 100%; } .courbe .defile { max-height: 18rem; overflow-y: auto; }
.defile:focus-visible, summary:focus-visible { outline: 2px solid var(--s0); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-size: .88rem; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
caption { text-align: left; color: var(--doux); padding-bottom: .35rem; }
th, td { border-bottom: 1px solid var(--bord); padding: .3rem .5rem; text-align: right; }
th { font-weight: 600; } thead th { vertical-align: bottom; }
th:first-child { text-align: left; } tbody th { font-weight: 500; }
.domaines tbody th { min-width: 8rem; max-width: 22rem; overflow-wrap: anywhere; }
@media (min-width: 60rem) { .domaines tbody th { min-width: 15rem; } }
td.alerte { color: var(--mauvais); font-weight: 600; } td.zero { color: var(--doux); }
footer { margin-top: 2.5rem; border-top: 1px solid var(--bord); padding-top: .75rem; font-size: .85rem; color: var(--doux); }
@page { size: A4; margin: 14mm; }
@media print {
  :root { --fond: #fff; --carte: #fff; --texte: #000; --doux: #444; --bord: #bbb; --bon: #146c43; --bon-fond: #fff;
    --moyen: #7a5200; --moyen-fond: #fff; --mauvais: #a8182b; --mauvais-fond: #fff; --neutre: #3d4560; --neutre-fond: #fff;
    --s0: #1f4fbf; --s1: #b5480b; --s2: #6d2a9c; color-scheme: light; }
  body { max-width: none; padding: 0; font-size: 9.5pt; }
  .carte, .courbe, tr { break-inside: avoid; } h2 { break-after: avoid; } thead { display: table-header-group; }
  .cartes { grid-template-columns: repeat(3, 1fr); } .courbes { grid-template-columns: repeat(2, 1fr); }
  .carte .nombre { font-size: 1.5rem; } .etat { border: 1px solid currentColor; }
  details { display: none; } .defile { overflow: visible; } table { font-size: 7pt; } th, td { padding: .12rem .2rem; }
  .domaines tbody th { min-width: 0; max-width: 11rem; }
}
`;
