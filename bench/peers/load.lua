-- What wrk sends, and one line of what it saw: wrk -s load.lua URL -- get|echo|pipelined|churn
-- A request that does not change costs wrk nothing; only pipelining needs a function for each batch.

local PIPELINED = 16
local ECHO_BYTES = 4096

function init(args)
    local mode = args[1]
    if mode == "echo" then
        wrk.method = "POST"
        wrk.body = string.rep("x", ECHO_BYTES)
        wrk.headers["Content-Type"] = "application/octet-stream"
    elseif mode == "churn" then
        wrk.headers["Connection"] = "close"
    elseif mode == "pipelined" then
        local batch = string.rep(wrk.format(), PIPELINED)
        request = function() return batch end
    end
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        "RESULT %d %d %d %d %d %d %d %d %d %d\n",
        summary.requests, summary.duration,
        latency:percentile(50), latency:percentile(99), latency:percentile(99.9), latency.max,
        errors.status, errors.connect, errors.read + errors.write, errors.timeout))
end
