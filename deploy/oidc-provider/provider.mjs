// An OpenID provider for the tests. `node provider.mjs CONFIG`, where CONFIG is JSON: port, redirect_uris, and groups by
// user. Whoever types a name there is that user; the password is not looked at (the library's own pages for development).
import { createServer } from "node:http";
import Provider from "oidc-provider";

const { port, redirectUris, groups } = JSON.parse(process.argv[2]);
const provider = new Provider(`http://localhost:${port}`, {
  clients: [
    {
      client_id: "kiezbox",
      client_secret: "a secret of the tests",
      redirect_uris: redirectUris,
      grant_types: ["authorization_code"],
      response_types: ["code"],
    },
  ],
  claims: { openid: ["sub"], profile: ["preferred_username", "groups"] },
  cookies: { keys: ["a key of the tests"] },
  pkce: { required: () => true },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({ sub: id, preferred_username: id, groups: groups[id] ?? [] }),
  }),
});
createServer(provider.callback()).listen(port, "127.0.0.1");
