package ringfort.server.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TouchedTest {
    private final List<String> settled = new ArrayList<>();
    private int left = Integer.MAX_VALUE; // turns' time, in things that are settled
    private final Touched touched = new Touched(() -> left-- > 0);

    /** Something with a name, which is done or not done when it is settled. */
    private class Thing extends Settleable {
        final String name;
        boolean done = true;

        Thing(String name) {
            this.name = name;
        }

        void touch() {
            if (!touched) {
                touched = true;
                TouchedTest.this.touched.add(this);
            }
        }

        @Override
        boolean settle() {
            settled.add(name);
            return done;
        }

        @Override
        public void defect(Throwable cause) {
            settled.add(name + " failed");
            touch();
        }
    }

    private Thing touch(String name, boolean done) {
        Thing thing = new Thing(name);
        thing.done = done;
        thing.touch();
        return thing;
    }

    @Test
    void whatIsTouchedTwiceIsSettledOnce() {
        Thing thing = touch("a", true);
        thing.touch();
        assertTrue(touched.settle());
        assertEquals(List.of("a"), settled);
        assertTrue(touched.settle());
        assertEquals(List.of("a"), settled);
    }

    @Test
    void whatIsNotDoneComesAgain() {
        Thing thing = touch("a", false);
        assertFalse(touched.settle());
        thing.done = true;
        assertTrue(touched.settle());
        assertEquals(List.of("a", "a"), settled);
    }

    /** Peers whose connections are settled first must not have all the time of every turn. */
    @Test
    void whatGotNoTimeComesFirstInTheNextTurn() {
        touch("a", false);
        touch("b", false);
        touch("c", false);
        left = 2;
        assertFalse(touched.settle());
        left = 2;
        assertFalse(touched.settle());
        left = 2;
        assertFalse(touched.settle());
        assertEquals(List.of("a", "b", "c", "c", "a", "b", "b", "c", "a"), settled);
    }

    /** It touched itself and then failed: it is settled once more, not twice. */
    @Test
    void whatFailsBehindATouchIsInTheListOnce() {
        Thing thing = new Thing("a") {
            private boolean failed;

            @Override
            boolean settle() {
                if (failed) {
                    return super.settle();
                }
                failed = true;
                touch();
                throw new IllegalStateException("on purpose");
            }
        };
        thing.touch();
        assertFalse(touched.settle());
        assertTrue(touched.settle());
        assertTrue(touched.settle());
        assertEquals(List.of("a failed", "a"), settled);
    }
}
