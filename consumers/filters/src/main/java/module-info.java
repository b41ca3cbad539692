/** Puts filters around a handler. */
module consumer.filters {
    requires ringfort.filters;
}
