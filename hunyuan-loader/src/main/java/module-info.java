/** Safetensors checkpoints, mapped into memory. */
module io.hunyuan4j.loader {
  requires transitive io.hunyuan4j.core;
  requires com.fasterxml.jackson.databind;
  requires org.slf4j;
  requires static transitive org.jspecify;

  exports io.hunyuan4j.loader;
}
