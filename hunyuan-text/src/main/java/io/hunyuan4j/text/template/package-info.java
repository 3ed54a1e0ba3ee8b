/**
 * The subset of the template language Jinja that chat templates are written in, with the meaning it
 * has in Jinja 3.1 under Python, in a sandbox of its own: bounded, without reflection, and each
 * character of a result knows whether the template wrote it. Knows no chat, tokens or files.
 */
@NullMarked
package io.hunyuan4j.text.template;

import org.jspecify.annotations.NullMarked;
