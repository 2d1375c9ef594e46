// A bare receiver on Node's https, one process a core: verifies the signature, parses the JSON,
// stores nothing. usage: node receiver.mjs PORT CERTIFICATE KEY SECRET
import cluster from 'cluster';
import crypto from 'crypto';
import fs from 'fs';
import https from 'https';

const [port, certificate, key, secret] = process.argv.slice(2);

function receive(request, response) {
    const pieces = [];
    request.on('data', piece => pieces.push(piece));
    request.on('end', () => {
        const body = Buffer.concat(pieces);
        const made = crypto.createHmac('sha256', secret).update(body).digest();
        const sent = Buffer.from(request.headers['x-connectly-hmac-sha256'] || '', 'base64');
        if (sent.length !== made.length || !crypto.timingSafeEqual(made, sent)) {
            response.statusCode = 401;
            return response.end();
        }
        try {
            JSON.parse(body);
        } catch {
            response.statusCode = 400;
        }
        response.end();
    });
}

if (cluster.isPrimary) {
    cluster.fork();
    cluster.fork();
} else {
    https.createServer({key: fs.readFileSync(key), cert: fs.readFileSync(certificate)}, receive)
        .listen(Number(port), '127.0.0.1');
}
