/** A service; the engine is found at run time. */
module consumer.server {
    requires ringfort.api;
}
