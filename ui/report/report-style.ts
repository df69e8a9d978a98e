/** The style of a report: the page's sizes, spaces and colours, with fonts that every system has. */
export const REPORT_STYLE = `
:root{color-scheme:light dark;--ground:#fff;--surface:#f5f6f8;--line:#dde1e7;--text:#1b2129;--muted:#545e6b;--accent:#1d5aa8;--medium:#7a5d00}
@media (prefers-color-scheme:dark){:root{--ground:#14181d;--surface:#1b2027;--line:#323a44;--text:#e7eaee;--muted:#a3aebb;--accent:#7db2f5;--medium:#e5c65a}}
*{box-sizing:border-box}
body{max-width:1120px;margin:0 auto;padding:24px 16px;background:var(--ground);color:var(--text);font:400 14px/20px Inter,system-ui,sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
h1{margin:0 0 8px;font-size:28px;line-height:36px;font-weight:600}
h2{margin:0 0 8px;font-size:16px;line-height:24px;font-weight:600}
p,ol{margin:0 0 4px}
ol{padding-left:24px}
li{padding:0 0 8px}
section{margin-top:24px;break-inside:auto}
b,th{font-weight:600}
code{font:12px/20px ui-monospace,"DejaVu Sans Mono",monospace;color:var(--accent)}
.hint{color:var(--muted);font-size:12px}
.partial{margin-top:16px;padding:4px 12px;border-left:4px solid var(--medium);background:var(--surface)}
.wide{overflow-x:auto}
table{width:100%;border-collapse:collapse}
th,td{padding:4px 12px 4px 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
th{color:var(--muted);font-size:12px}
.number{text-align:right;white-space:nowrap}
tr{break-inside:avoid}
h2{break-after:avoid}
@media print{:root{--ground:#fff;--surface:#fff;--line:#bbb;--text:#000;--muted:#444;--accent:#000;--medium:#444}body{max-width:none;padding:0;font-size:12px}.wide{overflow:visible}}
`.trim();
