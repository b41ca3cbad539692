/** Speaks JSON; the codec is found at run time. */
module consumer.json {
    requires ringfort.api;

    opens consumer.json to
            tools.jackson.databind;
}
