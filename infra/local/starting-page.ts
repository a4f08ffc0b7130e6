/** While the stack starts: what it does, and a look again every second. */
export function startingPage(progress: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="1">
<title>Artists cache</title>
<style>
body { display: grid; min-height: 90vh; place-content: center; gap: .5rem; font: 16px/1.5 system-ui, sans-serif; text-align: center; background: light-dark(#eff1ed, #0d100f); color: light-dark(#151b18, #ecf1ee); }
p { margin: 0; color: light-dark(#56605a, #a3aea8); }
h1 { margin: 0; font-size: 1.4rem; }
</style>
</head>
<body>
<main>
<h1>The local stack is starting… <span lang="fr">La pile locale démarre…</span></h1>
<p role="status">${escaped(progress)}</p>
</main>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
