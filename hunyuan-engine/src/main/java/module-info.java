/** The one artifact an application depends on: a checkpoint folder in, text out. */
module io.hunyuan4j.engine {
  requires transitive io.hunyuan4j.core;
  requires transitive io.hunyuan4j.text;
  requires transitive io.hunyuan4j.loader;
  requires com.fasterxml.jackson.databind;
  requires jdk.management;
  requires org.slf4j;
  requires static transitive org.jspecify;

  exports io.hunyuan4j.engine;
}
