package ringfort.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import ringfort.api.Placement;
import ringfort.api.Response;
import ringfort.api.Route;
import ringfort.api.Server;
import ringfort.api.spi.Mount;

class HoldsTest {
    private final List<String> told = new ArrayList<>();
    private final Holds holds = new Holds((mount, nanos) -> told.add(mount.pattern() + " " + nanos));

    private static Mount mount(String path) {
        return Server.http(0)
                .get("/carried", _ -> Response.ok())
                .get("/inline", _ -> Response.ok(), Route.inline())
                .get("/offloaded", _ -> Response.ok(), Route.offload())
                .application()
                .routes()
                .match("GET", path)
                .mount();
    }

    @Test
    void aRouteMovesAtItsThirdHoldAndIsToldOnce() {
        for (String path : List.of("/carried", "/inline")) {
            Mount mount = mount(path);
            holds.held(mount, 1);
            holds.held(mount, 2);
            assertEquals(mount(path).placement(), mount.placement());
            holds.held(mount, 3);
            assertEquals(Placement.OFFLOADED, mount.placement());
            holds.held(mount, 4);
        }
        assertEquals(List.of("/carried 3", "/inline 3"), told);
        assertEquals(2, holds.moved());
    }

    @Test
    void aRouteThatIsOffloadedAlreadyIsNotCounted() {
        Mount mount = mount("/offloaded");
        for (int i = 0; i < 10; i++) {
            holds.held(mount, 1);
        }
        assertEquals(0, holds.moved());
    }
}
