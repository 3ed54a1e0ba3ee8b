package io.hunyuan4j.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version that Maven built, and the JVM it runs on. */
final class Version implements IVersionProvider {

  @Override
  public String[] getVersion() throws IOException {
    Properties properties = new Properties();
    try (InputStream in = Version.class.getResourceAsStream("version.properties")) {
      if (in != null) {
        properties.load(in);
      }
    }
    return new String[] {
      "hunyuan4j " + properties.getProperty("version", "of unknown version"),
      "Java %s, %s"
          .formatted(Runtime.version(), System.getProperty("java.vendor.version", "unknown vendor"))
    };
  }
}
