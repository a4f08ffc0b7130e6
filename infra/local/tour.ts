/** A way through the API for a shell with curl; works as pasted, any number of times. */
export function tour(apiUrl: string, hasStandIn: boolean): string {
  const consent = hasStandIn
    ? `BACK=$(curl -s -o /dev/null -w '%{redirect_url}' "$URL&approve=1&account=demo")`
    : `echo "Open $URL and paste the address that you are sent back to:"; read -r BACK`;
  return `API=${apiUrl}
TOKEN=$(curl -s $API/_local/token -H 'Content-Type: application/json' -d '{"user":"alice"}' | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
URL=$(curl -s $API/api/user/platforms/connect -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{"platform_slug":"spotify"}' | sed 's/.*"authorization_url":"\\([^"]*\\)".*/\\1/')
${consent}
CODE=$(echo "$BACK" | sed 's/.*[?&]code=\\([^&]*\\).*/\\1/'); STATE=$(echo "$BACK" | sed 's/.*[?&]state=\\([^&]*\\).*/\\1/')
curl -s $API/api/user/platforms/connect/complete -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d "{\\"platform_slug\\":\\"spotify\\",\\"code\\":\\"$CODE\\",\\"state\\":\\"$STATE\\"}"; echo
curl -s "$API/api/user/artists?limit=3" -H "Authorization: Bearer $TOKEN"; echo`;
}
