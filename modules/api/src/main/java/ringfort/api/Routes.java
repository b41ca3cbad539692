package ringfort.api;

/** A group of routes: what {@link Routing#group} hands to the function that declares them. One thread. */
public final class Routes extends Routing<Routes> {
    Routes(String prefix, Routing<?> parent) {
        super(prefix, parent);
    }

    @Override
    Routes self() {
        return this;
    }
}
