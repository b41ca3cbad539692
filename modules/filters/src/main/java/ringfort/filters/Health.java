package ringfort.filters;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import ringfort.api.Request;
import ringfort.api.Response;
import ringfort.api.RunningServer;
import ringfort.api.Server;

/**
 * What orchestrators ask. Alive: the process answers, so restarting it would help nobody. Ready: requests are welcome, which
 * they are no more once a stop has begun, nor while a check fails. Any thread.
 *
 * {@snippet :
 * void health(Server server) {
 *     Health health = Health.of(server).check("database", () -> true);
 *     server.get("/health/live", health::live).get("/health/ready", health::ready);
 * }
 * }
 */
public final class Health {
    private final Map<String, Callable<Boolean>> checks = new ConcurrentHashMap<>();
    private volatile @Nullable RunningServer running;

    private Health() {}

    /**
     * The health of a server.
     *
     * @param server the server, before it starts
     * @return the health
     */
    public static Health of(Server server) {
        Health health = new Health();
        server.onStarted(started -> health.running = started);
        return health;
    }

    /**
     * Adds something that requests need.
     *
     * @param name its name, letters and dashes
     * @param check true when it works; called for each request that asks, on its thread; what it throws counts as false
     * @return this health
     */
    public Health check(String name, Callable<Boolean> check) {
        if (!name.matches("[A-Za-z0-9._-]+")) {
            throw new IllegalArgumentException(
                    "name " + name + " of a check holds more than letters, digits, dots, dashes");
        }
        checks.put(name, check);
        return this;
    }

    /**
     * Answers whether the process is alive. Looks at nothing: a database that is gone is no reason to restart this.
     *
     * @param request the request
     * @return 200
     */
    public Response live(Request request) {
        return answer(true, Map.of());
    }

    /**
     * Answers whether requests are welcome.
     *
     * @param request the request
     * @return 200, or 503 when the server stops or a check fails
     */
    public Response ready(Request request) {
        RunningServer server = running;
        Map<String, Boolean> found = new LinkedHashMap<>();
        found.put("server", server == null || server.isReady());
        checks.forEach((name, check) -> found.put(name, works(check)));
        return answer(!found.containsValue(false), found);
    }

    private static boolean works(Callable<Boolean> check) {
        try {
            return check.call();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        } catch (Exception _) {
            return false; // it does not work: the caller is told, and what it was is the check's to say
        }
    }

    private static Response answer(boolean up, Map<String, Boolean> found) {
        StringBuilder json =
                new StringBuilder("{\"status\":\"").append(word(up)).append('"');
        if (!found.isEmpty()) {
            json.append(",\"checks\":{");
            String separator = "";
            for (Map.Entry<String, Boolean> check : found.entrySet()) {
                json.append(separator).append('"').append(check.getKey()).append("\":\"");
                json.append(word(check.getValue())).append('"');
                separator = ",";
            }
            json.append('}');
        }
        return Response.text(json.append("}\n").toString())
                .contentType("application/json")
                .header("Cache-Control", "no-store")
                .status(up ? 200 : 503);
    }

    private static String word(boolean up) {
        return up ? "UP" : "DOWN";
    }
}
