// A provider of sign-ins: oidc-provider, with its own pages for development. Whoever names somebody of the list is signed
// in as them, whatever the password. Its keys are new with each start.
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import Provider from 'oidc-provider';

const wanted = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const key = (type, options, rest) => ({
  ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }),
  use: 'sig',
  ...rest,
});
const provider = new Provider(wanted.issuer, {
  clients: [{
    client_id: wanted.client,
    client_secret: wanted.secret,
    redirect_uris: [wanted.back],
    grant_types: ['authorization_code'],
    response_types: ['code'],
    token_endpoint_auth_method: wanted.method,
    id_token_signed_response_alg: wanted.algorithm,
  }],
  jwks: {
    keys: [
      key('rsa', { modulusLength: 2048 }, { alg: 'RS256' }),
      key('ec', { namedCurve: 'P-256' }, { alg: 'ES256' }),
    ],
  },
  cookies: { keys: ['a key of the lab'] },
  claims: {
    openid: ['sub'],
    email: ['email', 'email_verified'],
    profile: ['name', 'preferred_username'],
    groups: ['groups'],
  },
  conformIdTokenClaims: wanted.thin,
  pkce: { required: () => true },
  ttl: { Session: 3600, Grant: 3600, Interaction: 3600, IdToken: 600, AccessToken: 600 },
  findAccount: (_, id) => wanted.people[id] && {
    accountId: id,
    claims: () => ({ sub: id, ...wanted.people[id] }),
  },
});
provider.on('server_error', (_, error) => console.error(error));
provider.listen(wanted.port, '127.0.0.1');
