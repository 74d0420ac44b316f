#!/bin/sh
printf 'Content-Type: text/plain\r\n\r\n'
echo "web on $(hostname) asked the API:"
wget -q -O - http://api:8080/cgi-bin/answer.cgi
