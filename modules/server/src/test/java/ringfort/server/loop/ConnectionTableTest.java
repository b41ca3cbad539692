package ringfort.server.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import ringfort.api.Server;

class ConnectionTableTest {
    private final FakeWorker worker = new FakeWorker(Server.http(0));
    private final ConnectionTable table = new ConnectionTable(worker);

    @AfterEach
    void endWorker() {
        worker.context().notices().close();
    }

    private Connection add() {
        return table.add(new FakeWire());
    }

    /** What completes late for a connection that is gone must not touch the one that has its place. */
    @Test
    void aStaleGenerationFindsNobody() {
        Connection gone = add();
        table.remove(gone.index());
        assertNull(table.get(gone.index(), (int) gone.id()));
        Connection next = add();
        assertEquals(gone.index(), next.index());
        assertNotEquals(gone.id(), next.id());
        assertNull(table.get(gone.index(), (int) gone.id()));
        assertSame(next, table.get(next.index(), (int) next.id()));
        assertNull(table.get(1000, (int) next.id()));
    }

    @Test
    void generationsAreThoseOfTheProcessAndNotOfATable() {
        Connection here = add();
        Connection there = new ConnectionTable(worker).add(new FakeWire());
        assertEquals(here.index(), there.index());
        assertNotEquals(here.id(), there.id());
    }

    @Test
    void indexesAreReusedAndNeverShared() {
        Random random = new Random(3);
        List<Connection> open = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            if (open.size() < 300 && random.nextInt(5) > 1) {
                open.add(add());
            } else if (!open.isEmpty()) {
                table.remove(open.remove(random.nextInt(open.size())).index());
            }
            assertEquals(open.size(), table.size());
        }
        Set<Integer> indexes = new HashSet<>();
        open.forEach(connection -> {
            assertTrue(indexes.add(connection.index()));
            assertTrue(connection.index() <= 300);
            assertSame(connection, table.get(connection.index(), (int) connection.id()));
        });
        int[] seen = new int[1];
        table.forEach(connection -> seen[0]++);
        assertEquals(open.size(), seen[0]);
        assertEquals(open.isEmpty(), table.isEmpty());
    }
}
