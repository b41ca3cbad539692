package ringfort.proof;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** A {@code pom.xml} as it is written, nothing inherited. */
record Pom(Document document) {
    /** The one in {@code folder}. */
    static Pom of(Path folder) {
        return read(folder.resolve("pom.xml"));
    }

    static Pom read(Path file) {
        try {
            return new Pom(DocumentBuilderFactory.newDefaultInstance()
                    .newDocumentBuilder()
                    .parse(file.toFile()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SAXException | ParserConfigurationException e) {
            throw new IllegalStateException(file + ": " + e.getMessage(), e);
        }
    }

    /** The text of every element {@code path} leads to, from {@code project} on. */
    List<String> texts(String path) {
        NodeList nodes = nodes(path);
        return IntStream.range(0, nodes.getLength())
                .mapToObj(index -> nodes.item(index).getTextContent().strip())
                .toList();
    }

    private NodeList nodes(String path) {
        try {
            return (NodeList) XPathFactory.newDefaultInstance()
                    .newXPath()
                    .evaluate("/project/" + path, document, XPathConstants.NODESET);
        } catch (XPathExpressionException e) {
            throw new IllegalArgumentException(path, e);
        }
    }

    /** Properties of this pom whose names end with {@code suffix}. */
    Map<String, String> properties(String suffix) {
        Map<String, String> properties = new TreeMap<>();
        NodeList nodes = nodes("properties/*");
        for (int i = 0; i < nodes.getLength(); i++) {
            if (nodes.item(i).getNodeName().endsWith(suffix)) {
                properties.put(
                        nodes.item(i).getNodeName(),
                        nodes.item(i).getTextContent().strip());
            }
        }
        return properties;
    }

    List<String> modules() {
        return texts("modules/module");
    }

    /** A jar that {@code install} and {@code deploy} are not told to leave alone. */
    boolean isPublishedJar() {
        List<String> packaging = texts("packaging");
        return (packaging.isEmpty() || packaging.equals(List.of("jar")))
                && !texts("properties/maven.deploy.skip").contains("true");
    }
}
