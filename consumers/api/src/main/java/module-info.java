/** Tests a handler without a server. */
module consumer.api {
    requires ringfort.api;
}
