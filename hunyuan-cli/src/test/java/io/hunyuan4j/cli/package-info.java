/** Tests of the commands in this JVM, and of the launchers in processes of their own. */
@NullMarked
package io.hunyuan4j.cli;

import org.jspecify.annotations.NullMarked;
