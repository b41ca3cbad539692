// The smallest application, run from its source: java @dist/ringfort.args examples/Hello.java

import module ringfort.api;

void main() {
    var server = Server.http(Integer.getInteger("ringfort.port", 8080))
            .get("/", request -> Response.text("Hello, World!"))
            .get("/hello/{name}", request -> Response.text("Hello, " + request.path("name") + "!"))
            .start();
    IO.println("Hello from http://localhost:" + server.port());
}
