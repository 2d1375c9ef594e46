-- wrk script: posts the signed bodies of BODIES (a signature line, then a body line), each once.
local requests, n = {}, 0

function init()
    local file = assert(io.open(os.getenv("BODIES")))
    local headers = {["Content-Type"] = "application/json", ["Host"] = "localhost"}
    for signature in file:lines() do
        headers["x-connectly-hmac-sha256"] = signature
        requests[#requests + 1] =
            wrk.format("POST", "/webhooks/connectly", headers, file:read("*l"))
    end
    file:close()
end

function request()
    n = n % #requests + 1
    return requests[n]
end

function done(summary, latency)
    local e = summary.errors
    io.write(string.format(
        '{"requests":%d,"seconds":%f,"p50_us":%d,"p99_us":%d,"non2xx":%d,"errors":%d}\n',
        summary.requests, summary.duration / 1e6, latency:percentile(50), latency:percentile(99),
        e.status, e.connect + e.read + e.write + e.timeout))
end
