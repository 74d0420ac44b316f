#!/bin/sh
printf 'Content-Type: text/plain\r\n\r\n'
echo "$(cat /run/secrets/greeting), said by api on node $NODE"
